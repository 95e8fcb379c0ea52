using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Queueing;

/// <summary>
/// Which pods that fit nowhere a change may help, so that only those are tried again. Errs on the side of trying: a pod woken in vain costs an
/// attempt, one that is not woken waits for the next retry of all.
/// </summary>
/// <param name="cluster">The cluster after the change.</param>
/// <param name="profile">The filters whose bits are in rejections.</param>
public sealed class QueueingHints(ClusterState cluster, PlacementProfile profile)
{
    /// <summary>Bits of the filters that look at where pods are.</summary>
    public int TopologyFilters { get; } = profile.TopologyFilters.Aggregate(0, (bits, filter) => bits | profile.BitOf(filter.Name));

    /// <summary>Whether a node that came, or whose facts changed, may help the pod.</summary>
    public bool NodeMayHelp(string nodeName, Workload pending, int rejectedBy)
    {
        // Another set of domains may change the answers of all nodes.
        if ((rejectedBy & TopologyFilters) != 0 || !cluster.TryFindSlot(nodeName, out int slot))
        {
            return true;
        }

        foreach (INodeFilter filter in profile.Filters)
        {
            // What pods are in the way of, preemption may clear.
            if (!filter.IsHelpedByPreemption && !filter.Admits(cluster, slot, pending.Shape))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether pods of the identity that were placed may help: by being company, or by evening out a spread.</summary>
    public bool PlacedPodMayHelp(PodIdentity placed, Workload pending) =>
        pending.Shape.Terms.Affinity.Any(a => cluster.Topology.Matches(a.Selector, placed))
        || pending.Shape.Terms.Spread.Any(s => s.IsRequired && cluster.Topology.Matches(s.Selector, placed));

    /// <summary>Whether a pod that went may help one that only terms between pods reject: by not being in the way of either's.</summary>
    public bool GonePodMayHelp(Workload gone, Workload pending) =>
        gone.Shape.Terms.AntiAffinity.Any(a => cluster.Topology.Matches(a.Selector, pending.Identity))
        || pending.Shape.Terms.AntiAffinity.Any(a => cluster.Topology.Matches(a.Selector, gone.Identity))
        || pending.Shape.Terms.Spread.Any(s => s.IsRequired && cluster.Topology.Matches(s.Selector, gone.Identity));
}
