using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Scorers;

/// <summary>How much of the node's CPU and memory would stay free? Spreads load.</summary>
public sealed class LeastAllocated : INodeScorer
{
    public string Name => nameof(LeastAllocated);

    public int Weight { get; init; } = 1;

    public int Score(ClusterState cluster, int slot, WorkloadShape shape)
    {
        double cpu = Utilisation.CpuAfter(cluster, slot, shape);
        double memory = Utilisation.MemoryAfter(cluster, slot, shape);
        return (int)((2 - cpu - memory) / 2 * Scores.Max);
    }
}
