using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Store;
using Orleans.Concurrency;

namespace Orchestrator.Grains.Nodes;

/// <summary>Watches over one node: holds its agent's heartbeats in memory, and writes to the Node only what they change. The key is the node's name.</summary>
public interface INodeGrain : IReconcilerGrain
{
    /// <summary>The agent renewed the node's Lease.</summary>
    [OneWay]
    [AlwaysInterleave]
    Task RenewedAsync();
}

internal sealed class NodeGrain(IObjectStore store, IEventRecorder events, NodeCensus census, TimeProvider time, ILogger<NodeGrain> logger)
    : ReconcilingGrain(store, events, time, logger), INodeGrain
{
    private NodeSilence _silence = new(time.GetUtcNow(), null);

    public Task RenewedAsync()
    {
        DateTimeOffset now = Time.GetUtcNow();
        bool wasLost = now >= _silence.LostAt;
        _silence = _silence with { LastHeard = now };
        return wasLost ? WakeAsync() : Task.CompletedTask;
    }

    protected override ReconcilePlan Plan(DateTimeOffset now) =>
        Store.Get(new ObjectKey(Resources.Nodes, "", this.GetPrimaryKeyString())) is { } node
            ? NodeReadiness.Plan(
                node, _silence, now, () => census.TurnOf(node, () => Store.List(Resources.Nodes).Items, now))
            : ReconcilePlan.Gone;
}
