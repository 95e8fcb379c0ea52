using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Scorers;

/// <summary>Would CPU and memory of the node be used alike? Avoids stranding one where the other is used up.</summary>
public sealed class BalancesResources : INodeScorer
{
    public string Name => nameof(BalancesResources);

    public int Weight { get; init; } = 1;

    // The standard deviation of two values is half their distance.
    public int Score(ClusterState cluster, int slot, WorkloadShape shape)
    {
        double cpu = Utilisation.CpuAfter(cluster, slot, shape);
        double memory = Utilisation.MemoryAfter(cluster, slot, shape);
        return (int)((1 - (Math.Abs(cpu - memory) / 2)) * Scores.Max);
    }
}
