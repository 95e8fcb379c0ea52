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
        Dictionary<ITopologyScorer, int[]> topology = evaluation.Topology?.Parts(evaluation.Workload, evaluation.Nodes) ?? [];

        // The chosen one may be among equals of which others come first.
        IEnumerable<int> runnersUp = evaluation.Nodes.Top(ScoresShown).Where(slot => slot != chosen).Take(ScoresShown - 1);
        return new PlacementReport(
            evaluation.Cluster.NodeCount,
            evaluation.Nodes.EligibleCount,
            Filters(evaluation),
            [.. runnersUp.Prepend(chosen).Select(slot => Score(evaluation, topology, slot))],
            "",
            []);
    }

    public static PlacementReport Unfit(Evaluation evaluation) => new(
        evaluation.Cluster.NodeCount,
        0,
        Filters(evaluation),
        [],
        Message(evaluation),
        Remedies(evaluation));

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

    private static NodeScore Score(Evaluation evaluation, Dictionary<ITopologyScorer, int[]> topology, int slot) => new(
        evaluation.Cluster.NameOf(slot)!,
        evaluation.Nodes.Total(slot),
        [
            .. evaluation.Profile.Scorers.Select(s => new ScorePart(s.Name, s.Score(evaluation.Cluster, slot, evaluation.Workload.Shape), s.Weight)),
            .. topology.Select(t => new ScorePart(t.Key.Name, t.Value[slot], t.Key.Weight)),
        ]);

    // Kubernetes' form: reasons with the number of nodes that have them, in the order of the text.
    private static string Message(Evaluation evaluation)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < evaluation.Profile.FilterCount; i++)
        {
            foreach (int slot in evaluation.Nodes.Rejected(i, evaluation.Nodes.RejectedCount(i)))
            {
                foreach (string reason in evaluation.Profile.FilterAt(i).Reasons(evaluation.Cluster, slot, evaluation.Workload))
                {
                    counts[reason] = counts.GetValueOrDefault(reason) + 1;
                }
            }
        }

        IEnumerable<string> parts = counts.Select(c => $"{c.Value} {c.Key}").Order(StringComparer.Ordinal);
        return $"0/{evaluation.Cluster.NodeCount} nodes are available: {string.Join(", ", parts)}.";
    }

    private static List<string> Remedies(Evaluation evaluation)
    {
        var closest = new List<(int Slot, int Failing)>();
        int fewest = int.MaxValue;
        for (int slot = 0; slot < evaluation.Cluster.SlotCount; slot++)
        {
            if (evaluation.Cluster.NameOf(slot) is null)
            {
                continue;
            }

            int failing = Failing(evaluation, slot);
            int count = System.Numerics.BitOperations.PopCount((uint)failing);
            if (count < fewest)
            {
                closest.Clear();
                fewest = count;
            }

            if (count == fewest)
            {
                closest.Add((slot, failing));
            }
        }

        return [.. closest
            .GroupBy(c => c.Failing)
            .Select(group => Cheapest(evaluation, group.Key, group.Select(c => c.Slot)))
            .OrderBy(r => r.Cost)
            .ThenBy(r => r.Text, StringComparer.Ordinal)
            .Take(RemediesShown)
            .Select(r => r.Text)];
    }

    private static int Failing(Evaluation evaluation, int slot)
    {
        int failing = 0;
        for (int i = 0; i < evaluation.Profile.FilterCount; i++)
        {
            failing |= evaluation.Profile.FilterAt(i).Admits(evaluation.Cluster, slot, evaluation.Workload) ? 0 : 1 << i;
        }

        return failing;
    }

    // Of the nodes that the same filters reject: the cheapest set of changes, and the nodes for which just that would do.
    private static (string Text, double Cost) Cheapest(
        Evaluation evaluation, int failing, IEnumerable<int> slots)
    {
        var byChange = new Dictionary<string, (double Cost, RemedyScope Scope, List<string> Nodes)>(StringComparer.Ordinal);
        foreach (int slot in slots)
        {
            Remedy[] remedies = [.. Enumerable.Range(0, evaluation.Profile.FilterCount)
                .Where(i => (failing & (1 << i)) != 0)
                .Select(i => evaluation.Profile.FilterAt(i).RemedyFor(evaluation.Cluster, slot, evaluation.Workload))];
            string change = string.Join(" and ", remedies.Select(r => r.Change));
            if (!byChange.TryGetValue(change, out (double Cost, RemedyScope Scope, List<string> Nodes) entry))
            {
                RemedyScope scope = remedies.All(r => r.Scope == RemedyScope.Workload) ? RemedyScope.Workload : RemedyScope.Node;
                byChange[change] = entry = (remedies.Sum(r => r.Cost), scope, []);
            }

            entry.Nodes.Add(evaluation.Cluster.NameOf(slot)!);
        }

        (string cheapest, (double cost, RemedyScope where, List<string> nodes)) = byChange.OrderBy(c => c.Value.Cost).ThenByDescending(c => c.Value.Nodes.Count).First();
        string text = (where, nodes.Count) switch
        {
            (RemedyScope.Workload, 1) => $"{cheapest} (node {nodes[0]})",
            (RemedyScope.Workload, _) => $"{cheapest} ({nodes.Count} nodes)",
            (_, 1) => $"{cheapest} on node {nodes[0]}",
            _ => $"{cheapest} on any of {nodes.Count} nodes",
        };
        return (text, cost);
    }
}
