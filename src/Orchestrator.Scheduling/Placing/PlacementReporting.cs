using System.Numerics;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Explanations;
using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Scorers;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Placing;

/// <summary>One evaluation of the nodes for a workload, to be reported on.</summary>
/// <param name="Cluster">The cluster as it was evaluated.</param>
/// <param name="Profile">What evaluated it.</param>
/// <param name="Workload">The workload.</param>
/// <param name="Nodes">What came of it.</param>
/// <param name="Topology">Where the workload is concerned by where pods are, what evaluated that.</param>
internal sealed record Evaluation(ClusterState Cluster, PlacementProfile Profile, Workload Workload, NodeVerdicts Nodes, TopologyEvaluation? Topology);

/// <summary>Makes reports from evaluations. Bounded: some nodes per filter, some scores, some remedies, however large the cluster is.</summary>
internal static class PlacementReporting
{
    private const int SampleSize = 3;
    private const int ScoresShown = 4;
    private const int RemediesShown = 3;

    public static PlacementReport Placed(Evaluation evaluation, int chosen)
    {
        // The chosen one may be among equals of which others come first.
        List<int> shown = evaluation.Nodes.Top(ScoresShown);
        if (!shown.Remove(chosen) && shown.Count == ScoresShown)
        {
            shown.RemoveAt(ScoresShown - 1);
        }

        var scores = new NodeScore[shown.Count + 1];
        scores[0] = Score(evaluation, chosen);
        for (int i = 0; i < shown.Count; i++)
        {
            scores[i + 1] = Score(evaluation, shown[i]);
        }

        return new PlacementReport(
            evaluation.Cluster.NodeCount,
            evaluation.Nodes.EligibleCount,
            Filters(evaluation),
            scores,
            "",
            [])
        {
            Devices = evaluation.Cluster.ChooseDevices(chosen, evaluation.Workload.Shape, evaluation.Profile.Devices) ?? [],
        };
    }

    /// <param name="evaluation">The evaluation.</param>
    /// <param name="obstacles">What keeps each of the nodes from the workload.</param>
    public static PlacementReport Unfit(Evaluation evaluation, ObstacleTable obstacles) => new(
        evaluation.Cluster.NodeCount,
        0,
        Filters(evaluation),
        [],
        Message(evaluation.Cluster, obstacles),
        Remedies(evaluation.Cluster, obstacles));

    // Kubernetes' form: reasons with the number of nodes that have them, in the order of the text.
    private static string Message(ClusterState cluster, ObstacleTable obstacles)
    {
        IEnumerable<string> parts = obstacles.Reasons.Select(c => $"{c.Value} {c.Key}").Order(StringComparer.Ordinal);
        return $"0/{cluster.NodeCount} nodes are available: {string.Join(", ", parts)}.";
    }

    // Of the nodes that fewest filters reject: for each set of these filters the cheapest change.
    private static List<string> Remedies(ClusterState cluster, ObstacleTable obstacles)
    {
        int fewest = int.MaxValue;
        var cheapest = new Dictionary<int, ObstacleClass>();
        foreach (ObstacleClass obstacle in obstacles.Classes)
        {
            int count = BitOperations.PopCount((uint)obstacle.Failing);
            if (count < fewest)
            {
                cheapest.Clear();
                fewest = count;
            }

            if (count == fewest && (!cheapest.TryGetValue(obstacle.Failing, out ObstacleClass? known) || obstacle.IsEasierThan(known)))
            {
                cheapest[obstacle.Failing] = obstacle;
            }
        }

        return [.. cheapest.Values
            .Select(obstacle => (obstacle.Remedy.Cost, Text: Text(cluster, obstacles, obstacle)))
            .OrderBy(r => r.Cost)
            .ThenBy(r => r.Text, StringComparer.Ordinal)
            .Take(RemediesShown)
            .Select(r => r.Text)];
    }

    private static string Text(ClusterState cluster, ObstacleTable obstacles, ObstacleClass obstacle) => (obstacle.Remedy.Scope, obstacle.Count) switch
    {
        (RemedyScope.Workload, 1) => $"{obstacle.Remedy.Change} (node {cluster.NameOf(obstacles.FirstOf(obstacle))})",
        (RemedyScope.Workload, _) => $"{obstacle.Remedy.Change} ({obstacle.Count} nodes)",
        (_, 1) => $"{obstacle.Remedy.Change} on node {cluster.NameOf(obstacles.FirstOf(obstacle))}",
        _ => $"{obstacle.Remedy.Change} on any of {obstacle.Count} nodes",
    };

    private static List<FilterVerdict> Filters(Evaluation evaluation)
    {
        var verdicts = new List<FilterVerdict>();
        for (int i = 0; i < evaluation.Profile.FilterCount; i++)
        {
            if (evaluation.Nodes.RejectedCount(i) > 0)
            {
                IFilter filter = evaluation.Profile.FilterAt(i);
                verdicts.Add(new FilterVerdict(
                    filter.Name,
                    evaluation.Nodes.RejectedCount(i),
                    [.. evaluation.Nodes.Rejected(i, SampleSize).Select(slot => new RejectedNode(evaluation.Cluster.NameOf(slot)!, [.. filter.Reasons(evaluation.Cluster, slot, evaluation.Workload)]))]));
            }
        }

        return verdicts;
    }

    /// <summary>What every filter says of the node, and how it compares with the others.</summary>
    public static NodeReport OfNode(Evaluation evaluation, int slot)
    {
        var answers = new List<FilterAnswer>();
        for (int i = 0; i < evaluation.Profile.FilterCount; i++)
        {
            IFilter filter = evaluation.Profile.FilterAt(i);
            bool admits = !filter.Concerns(evaluation.Cluster, slot, evaluation.Workload) || filter.Admits(evaluation.Cluster, slot, evaluation.Workload);
            answers.Add(admits
                ? new FilterAnswer(filter.Name, true, [], null)
                : new FilterAnswer(
                    filter.Name,
                    false,
                    [.. filter.Reasons(evaluation.Cluster, slot, evaluation.Workload)],
                    filter.RemedyFor(evaluation.Cluster, slot, evaluation.Workload).Change));
        }

        bool fits = answers.TrueForAll(a => a.Admits);
        return new NodeReport(answers, fits ? Score(evaluation, slot) : null, fits ? evaluation.Nodes.CountBetter(slot) + 1 : null, evaluation.Nodes.EligibleCount);
    }

    private static NodeScore Score(Evaluation evaluation, int slot)
    {
        IReadOnlyList<INodeScorer> scorers = evaluation.Profile.Scorers;
        IReadOnlyList<ScoredByTopology> byTopology = evaluation.Topology?.Scored ?? [];
        var parts = new ScorePart[scorers.Count + byTopology.Count];
        for (int i = 0; i < scorers.Count; i++)
        {
            parts[i] = new ScorePart(scorers[i].Name, scorers[i].Score(evaluation.Cluster, slot, evaluation.Workload.Shape), scorers[i].Weight);
        }

        for (int i = 0; i < byTopology.Count; i++)
        {
            (ITopologyScorer scorer, int[] scores) = byTopology[i];
            parts[scorers.Count + i] = new ScorePart(scorer.Name, scores[slot], scorer.Weight);
        }

        return new NodeScore(evaluation.Cluster.NameOf(slot)!, evaluation.Nodes.Total(slot), parts);
    }
}
