using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Scorers;

/// <summary>How well a node suits a workload that it admits. Stateless.</summary>
public interface IScorer
{
    /// <summary>Shown in explanations.</summary>
    string Name { get; }

    /// <summary>Factor of the score in the node's total.</summary>
    int Weight { get; }
}

/// <summary>A scorer whose score of a node depends on that node and the shape alone, so that only changed nodes need to be scored again.</summary>
public interface INodeScorer : IScorer
{
    /// <summary>From 0 to <see cref="Scores.Max"/>.</summary>
    int Score(ClusterState cluster, int slot, WorkloadShape shape);
}

/// <summary>A scorer that compares the eligible nodes with each other, by where pods are: it is asked for all of them at once.</summary>
public interface ITopologyScorer : IScorer
{
    /// <summary>Whether it would tell nodes apart for the workload.</summary>
    bool Concerns(ClusterState cluster, Workload workload);

    /// <summary>Writes a score from 0 to <see cref="Scores.Max"/> for each slot whose verdict is 0, and 0 for the others.</summary>
    void Score(ClusterState cluster, Workload workload, ReadOnlySpan<byte> verdicts, Span<int> scores);
}

/// <summary>The scale of scores.</summary>
public static class Scores
{
    public const int Max = 100;
}
