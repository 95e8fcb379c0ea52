using System.Collections.Concurrent;

namespace Orchestrator.Grains.Nodes;

/// <summary>Passes renewals of node Leases on to the nodes' grains, and remembers the latest of each for reads of the Lease on this server.</summary>
public sealed class NodeHeartbeatForwarder(IGrainFactory grains)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _latest = new(StringComparer.Ordinal);

    /// <param name="nodeName">The node.</param>
    /// <param name="renewTime">What the agent wrote into the Lease. Silence is measured by the server's clock, not by this.</param>
    public async ValueTask RenewedAsync(string nodeName, DateTimeOffset renewTime)
    {
        _latest[nodeName] = renewTime;
        await grains.GetGrain<INodeGrain>(nodeName).RenewedAsync();
    }

    public DateTimeOffset? Latest(string nodeName) => _latest.TryGetValue(nodeName, out DateTimeOffset time) ? time : null;

    /// <summary>The node is gone.</summary>
    internal void Forget(string nodeName) => _latest.TryRemove(nodeName, out _);
}
