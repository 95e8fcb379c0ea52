using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>A filter whose answer depends on the node and the shape alone, so that it is asked again only for nodes that changed.</summary>
public interface INodeFilter : IFilter
{
    bool Admits(ClusterState cluster, int slot, WorkloadShape shape);

    IEnumerable<string> Reasons(ClusterState cluster, int slot, WorkloadShape shape);

    Remedy RemedyFor(ClusterState cluster, int slot, WorkloadShape shape);

    bool IFilter.Admits(ClusterState cluster, int slot, Workload workload) => Admits(cluster, slot, workload.Shape);

    IEnumerable<string> IFilter.Reasons(ClusterState cluster, int slot, Workload workload) => Reasons(cluster, slot, workload.Shape);

    Remedy IFilter.RemedyFor(ClusterState cluster, int slot, Workload workload) => RemedyFor(cluster, slot, workload.Shape);
}

/// <summary>A change that would let a pending workload fit.</summary>
/// <param name="Change">What to do, in words that name no node: <c>2 more cpu</c>, <c>tolerate taint a=b:NoSchedule</c>.</param>
/// <param name="Cost">Compares remedies of one filter: the less the easier.</param>
/// <param name="Scope">How the nodes that it concerns are named.</param>
public readonly record struct Remedy(string Change, double Cost, RemedyScope Scope);

public enum RemedyScope
{
    /// <summary>The workload is changed; the nodes become eligible: <c>tolerate taint x (2 nodes)</c>.</summary>
    Workload,

    /// <summary>One of the nodes is changed: <c>label a=b on any of 3 nodes</c>.</summary>
    Node,
}
