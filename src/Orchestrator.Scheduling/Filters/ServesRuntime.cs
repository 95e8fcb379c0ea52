using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Does a ready hypervisor of the node serve the pod's runtime handler?</summary>
public sealed class ServesRuntime : INodeFilter
{
    public string Name => nameof(ServesRuntime);

    public bool IsHelpedByPreemption => false;

    public bool Admits(ClusterState cluster, int slot, WorkloadShape shape) => cluster.HandlersOf(slot).Contains(shape.HandlerId);

    public IEnumerable<string> Reasons(ClusterState cluster, int slot, WorkloadShape shape) =>
        [$"node(s) had no ready hypervisor serving runtime handler {shape.Handler}"];

    public Remedy RemedyFor(ClusterState cluster, int slot, WorkloadShape shape) =>
        new($"a ready hypervisor serving runtime handler {shape.Handler}", 0, RemedyScope.Node);
}
