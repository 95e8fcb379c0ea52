using Orchestrator.Model;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Is the node open for new workloads (not cordoned), or does the pod tolerate that it is not?</summary>
public sealed class IsSchedulable : INodeFilter
{
    private static readonly Taint Cordon = new(WellKnown.UnschedulableTaint, "", "NoSchedule");

    public string Name => nameof(IsSchedulable);

    public bool IsHelpedByPreemption => false;

    public bool Admits(ClusterState cluster, int slot, WorkloadShape shape) =>
        !cluster.IsCordoned(slot) || shape.Tolerations.Tolerates(Cordon);

    public IEnumerable<string> Reasons(ClusterState cluster, int slot, WorkloadShape shape) => ["node(s) were unschedulable"];

    public Remedy RemedyFor(ClusterState cluster, int slot, WorkloadShape shape) => new("an end of the cordon", 0, RemedyScope.Node);
}
