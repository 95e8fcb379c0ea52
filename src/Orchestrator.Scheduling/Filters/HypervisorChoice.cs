using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Questions that one of the node's hypervisors that serve the workload must answer with yes.</summary>
internal static class HypervisorChoice
{
    /// <summary>Whether one of them has room; yes where none of them has limits, or none is there, which is another filter's to say.</summary>
    public static bool AnyOrNone(ClusterState cluster, int slot, WorkloadShape shape, Func<HypervisorFacts, HypervisorUse, WorkloadShape, bool> hasRoom)
    {
        if (!cluster.HasHypervisorLimits(slot))
        {
            return true;
        }

        bool none = true;
        foreach (HypervisorFacts hypervisor in cluster.HypervisorsOf(slot))
        {
            if (hypervisor.Handlers.Contains(shape.Handler))
            {
                if (hasRoom(hypervisor, cluster.UseOf(slot, hypervisor), shape))
                {
                    return true;
                }

                none = false;
            }
        }

        return none;
    }
}
