using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Scorers;

/// <summary>
/// How well a node suits a workload that it admits. Stateless; the score of a node depends on that node alone, so that only changed nodes
/// need to be scored again.
/// </summary>
public interface INodeScorer
{
    /// <summary>Shown in explanations.</summary>
    string Name { get; }

    /// <summary>Factor of the score in the node's total.</summary>
    int Weight { get; }

    /// <summary>From 0 to <see cref="Scores.Max"/>.</summary>
    int Score(ClusterState cluster, int slot, WorkloadShape shape);
}

/// <summary>The scale of scores.</summary>
public static class Scores
{
    public const int Max = 100;
}
