using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>What each node would cost one shape at one priority; asked again only of nodes that changed.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="costOf">What a node, by its slot, would cost a workload; null where nobody's going there helps it.</param>
internal sealed class CostTable(ClusterState cluster, Func<int, Workload, PreemptionCost?> costOf)
{
    private readonly CostTree _tree = new();
    private int _slots;
    private long _seenVersion = -1;

    /// <summary>When it was last used, for eviction.</summary>
    public long LastUse { get; set; }

    /// <summary>The slot that costs least, or -1.</summary>
    public int Cheapest(Workload workload)
    {
        void Examine(int slot) => _tree.Set(slot, cluster.NameOf(slot) is null ? null : costOf(slot, workload));
        if (_seenVersion < 0 || _slots != cluster.SlotCount || !cluster.TryVisitTouched(_seenVersion, Examine))
        {
            _slots = cluster.SlotCount;
            _tree.Reset(_slots);
            for (int slot = 0; slot < _slots; slot++)
            {
                Examine(slot);
            }
        }

        _seenVersion = cluster.Version;
        return _tree.Cheapest;
    }
}
