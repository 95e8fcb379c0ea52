using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Admission.Webhooks;

/// <param name="Namespace">Namespace of the Service.</param>
/// <param name="Name">Its name.</param>
/// <param name="Port">One of its ports.</param>
internal sealed record ServiceReference(string Namespace, string Name, int Port)
{
    /// <summary>What the server's certificate must name.</summary>
    public string HostName => $"{Name}.{Namespace}.svc";
}

/// <summary>Where a Service is reached from the API server: one of its endpoints, in turn, since the service's own address holds only on the nodes.</summary>
internal sealed class ServiceAddresses(IObjectStore store)
{
    private uint _turn;

    /// <exception cref="HttpRequestException">There is no such service or port, or nothing is behind it.</exception>
    public (string Host, int Port) Find(ServiceReference reference)
    {
        if (Read("services", reference) is not { } service)
        {
            throw new HttpRequestException($"service \"{reference.Name}\" not found");
        }

        if (service.Child("spec").Text("type") == "ExternalName" && service.Child("spec").Text("externalName") is { Length: > 0 } external)
        {
            return (external, reference.Port);
        }

        if (service.Child("spec").Items("ports").Select(p => p.Item).FirstOrDefault(p => p.Integer("port") == reference.Port) is not { } port)
        {
            throw new HttpRequestException(string.Create(
                CultureInfo.InvariantCulture, $"no service port {reference.Port} found for service \"{reference.Name}\""));
        }

        (string Host, int Port)[] endpoints = [.. Endpoints(Read("endpoints", reference), port.Text("name") ?? "")];
        return endpoints.Length == 0
            ? throw new HttpRequestException($"no endpoints available for service \"{reference.Name}\"")
            : endpoints[Interlocked.Increment(ref _turn) % endpoints.Length];
    }

    private static IEnumerable<(string Host, int Port)> Endpoints(JsonObject? endpoints, string portName) =>
        from subset in endpoints.Items("subsets")
        from port in subset.Item.Items("ports")
        where (port.Item.Text("name") ?? "") == portName && port.Item.Integer("port") is > 0 and <= IPEndPoint.MaxPort
        from address in subset.Item.Items("addresses")
        where address.Item.Text("ip") is { Length: > 0 }
        select (address.Item.Text("ip")!, (int)port.Item.Integer("port")!);

    private JsonObject? Read(string resource, ServiceReference reference) =>
        store.Get(new ObjectKey(resource, reference.Namespace, reference.Name)) is { } stored ? JsonTree.ParseStored(stored.Json) : null;
}
