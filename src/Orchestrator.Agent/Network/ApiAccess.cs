using System.Globalization;
using System.Net;
using System.Net.Sockets;
using k8s.Models;

namespace Orchestrator.Agent.Network;

/// <summary>A place where the API is had.</summary>
/// <param name="Host">Address, or a name that the server's certificate has.</param>
/// <param name="HostAddress">What that name is to resolve to in the pod; null where the host is an address or known to everybody.</param>
public sealed record ApiPlace(string Host, int Port, IPAddress? HostAddress)
{
    /// <summary>The variables by which client libraries find the API from inside a pod.</summary>
    public IEnumerable<KeyValuePair<string, string>> Variables()
    {
        var port = Port.ToString(CultureInfo.InvariantCulture);
        yield return new("KUBERNETES_SERVICE_HOST", Host);
        yield return new("KUBERNETES_SERVICE_PORT", port);
        yield return new("KUBERNETES_SERVICE_PORT_HTTPS", port);
    }
}

/// <summary>
/// Where pods reach the API. Where Services are routed that is the Service <c>default/kubernetes</c>; else it is where the agent itself does. An API that listens
/// on the machine's loopback alone cannot be reached from a pod network that is somebody else's: there <see cref="ApiRelay"/> offers it on that network's gateway,
/// under a name that the server's certificate has.
/// </summary>
/// <param name="server">URL of the API, as the agent has it.</param>
/// <param name="relay">Offers it to pods where they cannot reach it.</param>
/// <param name="cluster">The Services, where this node routes them; null where it does not.</param>
public sealed class ApiAccess(Uri server, ApiRelay relay, ClusterView? cluster = null)
{
    /// <summary>In the certificate of every server.</summary>
    public const string ServiceName = "kubernetes.default.svc";

    private const string NameInDefault = "kubernetes";

    /// <summary>Null for a pod that has no network.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="podIp">Its address on the pod network, where it has one.</param>
    public ApiPlace? Of(V1Pod pod, string? podIp)
    {
        if (podIp is not null && pod.Spec.HostNetwork != true && Service() is { } service)
        {
            return service;
        }

        if (pod.Spec.HostNetwork == true || (podIp is not null && !server.IsLoopback))
        {
            return new ApiPlace(server.IdnHost, server.Port, null);
        }

        if (Gateway(podIp) is not { } gateway)
        {
            return null;
        }

        relay.Offer(gateway);
        return new ApiPlace(ServiceName, server.Port, gateway);
    }

    /// <summary>Makes sure that a pod which already runs reaches the API as it was told when it was started.</summary>
    public void Keep(string? podIp)
    {
        if (server.IsLoopback && Gateway(podIp) is { } gateway)
        {
            relay.Offer(gateway);
        }
    }

    /// <summary>
    /// The variables by which programs find the Services of their namespace, as docker's links once named them. For Services that were there before the pod
    /// (<c>enableServiceLinks</c>); pods of no network of ours get none.
    /// </summary>
    public IEnumerable<KeyValuePair<string, string>> Links(V1Pod pod) => cluster is null || pod.Spec.EnableServiceLinks == false
        ? []
        : cluster.Services.Items.Values
            .Where(s => s.Metadata.NamespaceProperty == pod.Metadata.NamespaceProperty && s.Metadata.Name != NameInDefault && !string.IsNullOrEmpty(s.Spec.ClusterIP) && s.Spec.ClusterIP != "None")
            .OrderBy(s => s.Metadata.Name, StringComparer.Ordinal)
            .SelectMany(ServiceVariables.Of);

    private ApiPlace? Service() => cluster?.Services.Find("default", NameInDefault) is { Spec: { ClusterIP: { Length: > 0 } address, Ports: [var port, ..] } }
        ? new ApiPlace(address, port.Port, null)
        : null;

    /// <summary>This machine's own address on the network of the pod.</summary>
    private static IPAddress? Gateway(string? podIp)
    {
        if (!IPAddress.TryParse(podIp, out var address))
        {
            return null;
        }

        try
        {
            // Connecting a datagram socket sends nothing: the kernel looks up the route, and with it the address that it would send from.
            const int anyPort = 9;
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(address, anyPort);
            return (socket.LocalEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
