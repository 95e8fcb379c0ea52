using System.Net;
using System.Net.Sockets;
using k8s.Models;

namespace Orchestrator.Agent.Network.Nodes;

/// <summary>A way to another node's pods.</summary>
/// <param name="Range">The node's range.</param>
/// <param name="NodeAddress">The node's address, which must be on a network of this machine.</param>
internal sealed record PodRoute(string Range, string NodeAddress);

/// <summary>Which routes a node needs: one to each other node's range, by that node's address. Pure.</summary>
internal static class RoutePlan
{
    /// <param name="nodes">All nodes.</param>
    /// <param name="own">Name of this one.</param>
    public static IReadOnlyList<PodRoute> Of(IEnumerable<V1Node> nodes, string own) =>
    [
        .. nodes.Where(node => node.Metadata.Name != own && PodRange.Parse(node.Spec?.PodCIDR) is not null && AddressOf(node) is not null)
            .Select(node => new PodRoute(PodRange.Parse(node.Spec.PodCIDR)!.Network.ToString(), AddressOf(node)!))
            .DistinctBy(route => route.Range)
            .OrderBy(route => route.Range, StringComparer.Ordinal),
    ];

    /// <summary>The node's address inside the cluster. A loopback address, by which each machine means itself, is none.</summary>
    public static string? AddressOf(V1Node node) => node.Status?.Addresses?
        .Where(a => a.Type == "InternalIP" && IPAddress.TryParse(a.Address, out var ip) && ip.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(ip))
        .Select(a => a.Address).FirstOrDefault();
}
