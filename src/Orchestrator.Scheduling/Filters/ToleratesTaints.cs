using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Does the pod tolerate every NoSchedule and NoExecute taint of the node?</summary>
public sealed class ToleratesTaints : INodeFilter
{
    public string Name => nameof(ToleratesTaints);

    public bool IsHelpedByPreemption => false;

    public bool Admits(ClusterState cluster, int slot, WorkloadShape shape) => shape.Tolerations.TolerateAll(cluster.HardTaintsOf(slot));

    // Only the first one, as Kubernetes does: a node is counted under one taint.
    public IEnumerable<string> Reasons(ClusterState cluster, int slot, WorkloadShape shape)
    {
        Taint taint = Untolerated(cluster, slot, shape).First();
        return [$"node(s) had untolerated taint {{{taint.Key}: {taint.Value}}}"];
    }

    public Remedy RemedyFor(ClusterState cluster, int slot, WorkloadShape shape)
    {
        Taint[] taints = [.. Untolerated(cluster, slot, shape)];
        return new Remedy($"tolerate {(taints.Length == 1 ? "taint" : "taints")} {string.Join(", ", taints)}", taints.Length, RemedyScope.Workload);
    }

    private static IEnumerable<Taint> Untolerated(ClusterState cluster, int slot, WorkloadShape shape)
    {
        BitSet taints = cluster.HardTaintsOf(slot);
        for (int id = 0; id < cluster.Taints.Count; id++)
        {
            if (taints.Contains(id) && !shape.Tolerations.Tolerates(id))
            {
                yield return cluster.Taints[id];
            }
        }
    }
}
