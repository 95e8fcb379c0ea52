using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>May the hypervisor take one more workload? By <c>spec.maxWorkloads</c> and <c>status.capacity.pods</c> of the Hypervisor.</summary>
public sealed class HasMachineSlots : INodeFilter
{
    public string Name => nameof(HasMachineSlots);

    public bool IsHelpedByPreemption => true;

    public bool Concerns(ClusterState cluster, int slot, Workload workload) => cluster.HasHypervisorLimits(slot);

    public bool Admits(ClusterState cluster, int slot, WorkloadShape shape) => HypervisorChoice.AnyOrNone(
        cluster, slot, shape, static (hypervisor, use, _) => hypervisor.Slots is not { } slots || use.Workloads < slots);

    public IEnumerable<string> Reasons(ClusterState cluster, int slot, WorkloadShape shape) =>
        [$"node(s) had too many workloads on the hypervisor serving runtime handler {shape.Handler}"];

    public Remedy RemedyFor(ClusterState cluster, int slot, WorkloadShape shape) =>
        new($"room for one more workload on the hypervisor serving runtime handler {shape.Handler}", 1, RemedyScope.Node);
}
