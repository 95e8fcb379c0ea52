using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Scorers;

/// <summary>Is the node free of PreferNoSchedule taints that the pod does not tolerate?</summary>
public sealed class AvoidsSoftTaints : INodeScorer
{
    public string Name => nameof(AvoidsSoftTaints);

    public int Weight { get; init; } = 3;

    public int Score(ClusterState cluster, int slot, WorkloadShape shape)
    {
        int untolerated = 0;
        foreach (int taint in cluster.SoftTaintsOf(slot))
        {
            if (!shape.Tolerations.Tolerates(taint))
            {
                untolerated++;
            }
        }

        return Scores.Max / (1 + untolerated);
    }
}
