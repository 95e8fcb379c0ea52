using Orchestrator.Agent.Network.Taps;

namespace Orchestrator.Agent.Network;

/// <summary>The pod network of one node, as far as runtimes and agent share it.</summary>
public sealed class PodNetworking(PodNetworkOptions options) : IDisposable
{
    public PodNetworkOptions Options { get; } = options;

    public NodeNetwork Node { get; } = new();

    public TapAttachments Taps => field ??= new TapAttachments(Options, Node);

    public void Dispose() => Taps.Dispose();
}
