using Orchestrator.Agent.Network.Dhcp;
using Orchestrator.Agent.Network.Taps;

namespace Orchestrator.Agent.Network;

/// <summary>The pod network of one node, as far as runtimes and agent share it.</summary>
public sealed class PodNetworking(PodNetworkOptions options) : IDisposable
{
    public PodNetworkOptions Options { get; } = options;

    public NodeNetwork Node { get; } = new();

    /// <summary>What machines are told by DHCP.</summary>
    public DhcpLeases Leases { get; } = new();

    public TapAttachments Taps => field ??= new TapAttachments(Options, Node);

    public void Dispose() => Taps.Dispose();
}
