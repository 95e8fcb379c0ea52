using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Scorers;

/// <summary>How much of the node's CPU and memory would be used? Fills nodes up, so that others stay empty.</summary>
public sealed class MostAllocated : INodeScorer
{
    public string Name => nameof(MostAllocated);

    public int Weight => 1;

    public int Score(ClusterState cluster, int slot, WorkloadShape shape)
    {
        double cpu = Utilisation.CpuAfter(cluster, slot, shape);
        double memory = Utilisation.MemoryAfter(cluster, slot, shape);
        return (int)((cpu + memory) / 2 * Scores.Max);
    }
}
