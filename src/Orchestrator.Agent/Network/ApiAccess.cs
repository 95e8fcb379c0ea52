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
/// Where pods reach the API. Usually that is where the agent itself does. An API that listens on the machine's loopback alone (a lab) cannot be reached from
/// a pod's network: there <see cref="ApiRelay"/> offers it on the gateway of the pod network, under a name that the server's certificate has.
/// </summary>
/// <param name="server">URL of the API, as the agent has it.</param>
/// <param name="relay">Offers it to pods where they cannot reach it.</param>
public sealed class ApiAccess(Uri server, ApiRelay relay)
{
    /// <summary>In the certificate of every server.</summary>
    public const string ServiceName = "kubernetes.default.svc";

    /// <summary>Null for a pod that has no network.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="podIp">Its address on the pod network, where it has one.</param>
    public ApiPlace? Of(V1Pod pod, string? podIp)
    {
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
