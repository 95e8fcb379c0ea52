using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>
/// May the hypervisor give so many virtual processors more? By <c>spec.vcpusPerCpu</c> of the Hypervisor, the ratio of overcommitment. What a machine
/// requests of the node's CPU is another question, which <see cref="FitsResources"/> asks.
/// </summary>
public sealed class HasVirtualProcessors : INodeFilter
{
    public string Name => nameof(HasVirtualProcessors);

    public bool IsHelpedByPreemption => true;

    public bool Concerns(ClusterState cluster, int slot, Workload workload) => cluster.HasHypervisorLimits(slot);

    public bool Admits(ClusterState cluster, int slot, WorkloadShape shape) => HypervisorChoice.AnyOrNone(
        cluster, slot, shape, static (hypervisor, use, shape) => Lacking(hypervisor, use, shape) <= 0);

    public IEnumerable<string> Reasons(ClusterState cluster, int slot, WorkloadShape shape) =>
        [$"node(s) had insufficient virtual processors for runtime handler {shape.Handler}"];

    public Remedy RemedyFor(ClusterState cluster, int slot, WorkloadShape shape)
    {
        int least = int.MaxValue;
        foreach (HypervisorFacts hypervisor in cluster.HypervisorsOf(slot))
        {
            if (hypervisor.Handlers.Contains(shape.Handler))
            {
                least = Math.Min(least, Lacking(hypervisor, cluster.UseOf(slot, hypervisor), shape));
            }
        }

        return new Remedy(least == 1 ? "1 more virtual processor" : $"{least} more virtual processors", (double)least / Math.Max(1, shape.Vcpus), RemedyScope.Node);
    }

    private static int Lacking(HypervisorFacts hypervisor, HypervisorUse use, WorkloadShape shape) =>
        hypervisor.IsOSLevel || hypervisor.Vcpus is not { } most ? 0 : use.Vcpus + shape.Vcpus - most;
}
