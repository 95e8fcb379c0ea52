using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Subresources.Proxies;

/// <summary><c>services/[SCHEME:]NAME[:PORT]/proxy/PATH</c>: a pod behind the service, any that is ready, over HTTP.</summary>
internal sealed class ServiceProxy(IObjectStore store, PodTunnels tunnels, ProxyForwarder forwarder, Random random) : ISubresource
{
    public string Resource => "services";

    public string Name => "proxy";

    public string Kind => "ServiceProxyOptions";

    public IReadOnlyList<string> Verbs => ProxyForwarder.Verbs;

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        if (ProxyTarget.Parse(call.Request.Name) is not { } target)
        {
            return StatusErrors.BadRequest($"invalid service request \"{call.Request.Name}\"");
        }

        if (Read("services", call, target.Name) is not { } service)
        {
            return StatusErrors.NotFound(call.Kind, target.Name);
        }

        if (PortOf(service, target) is not { } port)
        {
            return StatusErrors.ServiceUnavailable($"no service port \"{target.Port}\" found for service \"{target.Name}\"");
        }

        (string Ip, PodPort Port)[] pods = [.. Behind(call, target.Name, port.Text("name") ?? "")];
        if (pods.Length == 0)
        {
            return StatusErrors.ServiceUnavailable($"no endpoints available for service \"{target.Name}\"");
        }

        int chosen;
        lock (random)
        {
            chosen = random.Next(pods.Length);
        }

        using var client = tunnels.ClientTo(pods[chosen].Port);
        return await forwarder.ForwardAsync(call, RawPath.Of(call.Http), client, new UriBuilder(target.Scheme, pods[chosen].Ip, pods[chosen].Port.Port).Uri);
    }

    private static JsonObject? PortOf(JsonObject service, ProxyTarget target)
    {
        JsonObject[] ports = [.. service.Child("spec").Items("ports").Select(p => p.Item)];
        return target.Port.Length == 0
            ? ports.Length == 1 || ports.All(p => string.IsNullOrEmpty(p.Text("name"))) ? ports.FirstOrDefault() : ports.FirstOrDefault(p => string.IsNullOrEmpty(p.Text("name")))
            : ports.FirstOrDefault(p => p.Text("name") == target.Port || p.Integer("port")?.ToString(CultureInfo.InvariantCulture) == target.Port);
    }

    /// <summary>Ready pods; endpoints that are no pods cannot be reached through an agent.</summary>
    private IEnumerable<(string Ip, PodPort Port)> Behind(ApiCall call, string name, string portName) =>
        from subset in Read("endpoints", call, name).Items("subsets")
        from port in subset.Item.Items("ports")
        where (port.Item.Text("name") ?? "") == portName && port.Item.Integer("port") is > 0 and <= ushort.MaxValue
        from address in subset.Item.Items("addresses")
        let pod = address.Item.Child("targetRef")
        let ip = address.Item.Text("ip")
        where pod.Text("kind") == "Pod" && pod.Text("name") is not null && ip is not null
        let node = address.Item.Text("nodeName") ?? store.Get(new ObjectKey("pods", call.Request.Namespace, pod.Text("name")!))?.Fields.GetValueOrDefault("spec.nodeName")
        where !string.IsNullOrEmpty(node)
        select (ip, new PodPort(node, call.Request.Namespace, pod.Text("name")!, (int)port.Item.Integer("port")!));

    private JsonObject? Read(string resource, ApiCall call, string name) =>
        store.Get(new ObjectKey(resource, call.Request.Namespace, name)) is { } stored ? JsonTree.ParseStored(stored.Json) : null;
}
