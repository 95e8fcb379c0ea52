using k8s.Models;

namespace Orchestrator.Agent.Network.Dns;

/// <summary>What pods of this node are told of name servers.</summary>
/// <param name="network">The pod network; null where it is somebody else's, and with it the cluster's names.</param>
public sealed class PodResolvers(PodNetworking? network)
{
    private const string NodeFile = "/etc/resolv.conf";

    public ResolverConfig Of(V1Pod pod) => ResolverConfig.Of(
        pod, Node(), network?.Node.NameServer?.ToString(), network?.Options.ClusterDomain ?? "");

    /// <summary>The node's own; read each time, since a node's network may change.</summary>
    public static ResolverConfig Node()
    {
        try
        {
            return ResolverConfig.Parse(File.ReadAllText(NodeFile));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ResolverConfig.Empty;
        }
    }
}
