using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>A question that a node must answer with yes to be eligible for a workload. Stateless; depends on nothing but its arguments.</summary>
public interface INodeFilter
{
    /// <summary>Shown in explanations.</summary>
    string Name { get; }

    bool Admits(ClusterState cluster, int slot, WorkloadShape shape);

    /// <summary>Why a node that is not admitted is not, in Kubernetes' words where it has some.</summary>
    IEnumerable<string> Reasons(ClusterState cluster, int slot, WorkloadShape shape);

    /// <summary>The least change that would make this filter admit a node that it does not.</summary>
    Remedy RemedyFor(ClusterState cluster, int slot, WorkloadShape shape);
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
