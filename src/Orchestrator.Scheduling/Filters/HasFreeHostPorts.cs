using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Are the node's ports that the pod wants still free?</summary>
public sealed class HasFreeHostPorts : INodeFilter
{
    public string Name => nameof(HasFreeHostPorts);

    public bool IsHelpedByPreemption => true;

    public bool Concerns(ClusterState cluster, Workload workload) => workload.Shape.HostPorts.Length > 0;

    public bool Admits(ClusterState cluster, int slot, WorkloadShape shape) =>
        shape.HostPorts.Length == 0 || !Taken(cluster, slot, shape).Any();

    public IEnumerable<string> Reasons(ClusterState cluster, int slot, WorkloadShape shape) =>
        ["node(s) didn't have free ports for the requested pod ports"];

    public Remedy RemedyFor(ClusterState cluster, int slot, WorkloadShape shape)
    {
        string[] taken = [.. Taken(cluster, slot, shape).Select(p => p.ToString())];
        return new Remedy($"free host {(taken.Length == 1 ? "port" : "ports")} {string.Join(", ", taken)}", taken.Length, RemedyScope.Node);
    }

    private static IEnumerable<HostPort> Taken(ClusterState cluster, int slot, WorkloadShape shape) =>
        shape.HostPorts.Where(wanted => cluster.HostPortsOf(slot).Any(wanted.Conflicts));
}
