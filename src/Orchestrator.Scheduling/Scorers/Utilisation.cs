using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Scorers;

/// <summary>The share of a node's resource that would be used with the workload on it, from 0 to 1; 1 where the node has none of it.</summary>
internal static class Utilisation
{
    public static double CpuAfter(ClusterState cluster, int slot, WorkloadShape shape) =>
        Share(cluster.ScoredCpuMilli(slot) + shape.ScoredCpuMilli, cluster.Allocatable(ResourceCatalog.CpuMilli, slot));

    public static double MemoryAfter(ClusterState cluster, int slot, WorkloadShape shape) =>
        Share(cluster.ScoredMemoryBytes(slot) + shape.ScoredMemoryBytes, cluster.Allocatable(ResourceCatalog.MemoryBytes, slot));

    private static double Share(long used, long allocatable) => used >= allocatable ? 1 : (double)used / allocatable;
}
