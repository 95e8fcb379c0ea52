using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Testing.Server;

/// <summary>Ports of this machine.</summary>
public static class LocalPort
{
    /// <summary>One on loopback that nobody listened on a moment ago, for what must be told its port before it starts.</summary>
    public static int Free()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
