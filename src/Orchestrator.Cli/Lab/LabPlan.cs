using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Agent.Runtimes.Containerd.Setup;

namespace Orchestrator.Cli.Lab;

/// <summary>Chooses what a new lab consists of: ports that are free, and names that no other lab on the machine has.</summary>
internal static class LabPlan
{
    private const int UsualServerPort = 6443;

    /// <summary>A lab of <paramref name="nodes"/> nodes; what <paramref name="existing"/> chose before is kept.</summary>
    public static LabSpec Choose(LabLayout layout, int nodes, LabSpec? existing, IReadOnlyList<string> program)
    {
        var id = Id(layout.Root);
        var containerd = Containerd(layout, id);
        var known = existing?.Nodes.Take(nodes).ToList() ?? [];
        var added = Enumerable.Range(known.Count + 1, nodes - known.Count)
            .Select(number => new LabNode(string.Create(CultureInfo.InvariantCulture, $"lab-{number}"), FreePort()));
        return new LabSpec(
            id,
            [.. known, .. added],
            existing?.ServerPort ?? (IsFree(UsualServerPort) ? UsualServerPort : FreePort()),
            program,
            new LabContainerd(["containerd", "--config", containerd.ConfigPath], containerd.SocketPath),
            Qemu: true);
    }

    /// <summary>The lab's private containerd.</summary>
    public static ContainerdConfig Containerd(LabLayout layout, string id) => new()
    {
        Directory = layout.ContainerdRoot,
        Bridge = "orch" + id,
        PodSubnet = Subnet(id),
    };

    internal static string Id(string root) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(root))).AsSpan(0, 4));

    // One of 1,024 networks of 4,094 addresses in 10.192.0.0/10, by the lab's directory.
    internal static string Subnet(string id)
    {
        var number = Convert.FromHexString(id);
        return string.Create(CultureInfo.InvariantCulture, $"10.{192 | (number[0] & 63)}.{number[1] & 0xF0}.0/20");
    }

    private static bool IsFree(int port) =>
        !IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
