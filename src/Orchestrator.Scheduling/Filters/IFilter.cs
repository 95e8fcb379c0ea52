using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>A question that a node must answer with yes to be eligible for a workload. Stateless; depends on nothing but its arguments.</summary>
public interface IFilter
{
    /// <summary>Shown in explanations.</summary>
    string Name { get; }

    /// <summary>Whether taking pods off the node can turn a no into a yes.</summary>
    bool IsHelpedByPreemption { get; }

    /// <summary>Whether it asks anything of nodes for the workload; false only where it admits every node.</summary>
    bool Concerns(ClusterState cluster, Workload workload) => true;

    /// <summary>Whether it asks anything of the node for the workload.</summary>
    bool Concerns(ClusterState cluster, int slot, Workload workload) => Concerns(cluster, workload);

    bool Admits(ClusterState cluster, int slot, Workload workload);

    /// <summary>Why a node that is not admitted is not, in Kubernetes' words where it has some.</summary>
    IEnumerable<string> Reasons(ClusterState cluster, int slot, Workload workload);

    /// <summary>The least change that would make this filter admit a node that it does not.</summary>
    Remedy RemedyFor(ClusterState cluster, int slot, Workload workload);
}

/// <summary>
/// A filter whose answer depends on where pods are on other nodes as well. It is asked for all nodes at once, after the filters of single
/// nodes, and anew for every decision.
/// </summary>
public interface ITopologyFilter : IFilter
{
    /// <summary>Writes <paramref name="code"/> over the 0 of each slot that it rejects.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="verdicts">Per slot 0 where no earlier filter rejected it.</param>
    /// <param name="code">This filter's verdict.</param>
    void Reject(ClusterState cluster, Workload workload, Span<byte> verdicts, byte code);
}
