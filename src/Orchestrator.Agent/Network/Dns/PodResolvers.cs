using System.Net;
using k8s.Models;

namespace Orchestrator.Agent.Network.Dns;

/// <summary>What pods of this node are told of name servers.</summary>
/// <param name="network">The pod network; null where it is somebody else's, and with it the cluster's names.</param>
/// <param name="time">Clock.</param>
public sealed class PodResolvers(PodNetworking? network, TimeProvider time)
{
    private const string NodeFile = "/etc/resolv.conf";

    // On machines with systemd-resolved the usual file names a server on loopback, which pods have not; this one names those behind it.
    private const string ResolvedFile = "/run/systemd/resolve/resolv.conf";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Empty where there are no names of the cluster.</summary>
    public string ClusterDomain => network?.Options.ClusterDomain ?? "";

    /// <summary>What the pod's <c>/etc/resolv.conf</c> says.</summary>
    /// <remarks>A pod keeps what it is told at its start. So a node that has just started waits a little for the cluster's name server; if that does not come up, the pod is no better off by not starting.</remarks>
    public async Task<ResolverConfig> OfAsync(V1Pod pod, CancellationToken cancel)
    {
        if (network is not null && network.Node.NameServer is null && pod.Spec.DnsPolicy?.StartsWith("ClusterFirst", StringComparison.Ordinal) != false)
        {
            await network.Node.NameServerKnown(Patience, time, cancel);
        }

        return ResolverConfig.Of(pod, Node(), network?.Node.NameServer?.ToString(), ClusterDomain);
    }

    /// <summary>The node's own; read each time, since a node's network may change.</summary>
    public static ResolverConfig Node()
    {
        var own = Read(NodeFile);
        return own.Servers.Any(s => IPAddress.TryParse(s, out var address) && IPAddress.IsLoopback(address)) && File.Exists(ResolvedFile) ? Read(ResolvedFile) : own;
    }

    private static ResolverConfig Read(string file)
    {
        try
        {
            return ResolverConfig.Parse(File.ReadAllText(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ResolverConfig.Empty;
        }
    }
}
