using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Agent.Runtimes.Containerd.Setup;
using Orchestrator.Cli.Lab.Networks;
using Orchestrator.Cli.Lab.Processes;

namespace Orchestrator.Cli.Lab;

/// <summary>Chooses what a new lab consists of: ports that are free, and names that no other lab on the machine has.</summary>
internal static class LabPlan
{
    private const int UsualServerPort = 6443;

    /// <summary>A lab of <paramref name="nodes"/> nodes; what <paramref name="existing"/> chose before is kept.</summary>
    public static LabSpec Choose(LabLayout layout, int nodes, LabSpec? existing, IReadOnlyList<string> program)
    {
        var id = Id(layout.Root);
        var known = existing?.Nodes.Take(nodes).ToList() ?? [];
        return new LabSpec(
            id,
            [.. Enumerable.Range(1, nodes).Select(number => Node(layout, id, number, nodes, known.ElementAtOrDefault(number - 1)?.Port ?? FreePort()))],
            existing?.ServerPort ?? (IsFree(UsualServerPort) ? UsualServerPort : FreePort()),
            program,
            Qemu: true);
    }

    /// <summary>A private containerd of the lab.</summary>
    /// <param name="layout">The lab's directory.</param>
    /// <param name="unit">Name of its process.</param>
    public static ContainerdConfig Containerd(LabLayout layout, string unit) => new() { Directory = layout.ContainerdRoot(unit) };

    // One node needs no network of its own, and is brought up faster without. Several have one each, so that what goes from node to node really does; and a containerd
    // each, since it is containerd that plugs pods into the network that it is itself in.
    private static LabNode Node(LabLayout layout, string id, int number, int nodes, int port)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"lab-{number}");
        var network = nodes == 1 ? null : new LabNamespace(layout.NamespaceFile(name), new LabAddresses(id).Node(number));
        var unit = nodes == 1 ? LabUnit.Containerd : $"{LabUnit.Containerd}-{name}";
        var containerd = Containerd(layout, unit);
        return new LabNode(
            name,
            port,
            new LabContainerd(unit, [.. LabNamespace.Prefix(network), "containerd", "--config", containerd.ConfigPath], containerd.SocketPath, containerd.CniConfigDirectory),
            network);
    }

    internal static string Id(string root) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(root))).AsSpan(0, 4));

    private static bool IsFree(int port) =>
        !IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
