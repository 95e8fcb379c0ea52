using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Explanations;
using Orchestrator.Scheduling.Filters;

namespace Orchestrator.Scheduling.Placing;

/// <summary>Makes reports from evaluations. Bounded: some nodes per filter, some scores, some remedies, however large the cluster is.</summary>
internal static class PlacementReporting
{
    private const int SampleSize = 3;
    private const int ScoresShown = 4;
    private const int RemediesShown = 3;

    public static PlacementReport Placed(ClusterState cluster, PlacementProfile profile, ShapeEvaluation evaluation, int chosen)
    {
        // The chosen one may be among equals of which others come first.
        IEnumerable<int> runnersUp = evaluation.Top(ScoresShown).Where(slot => slot != chosen).Take(ScoresShown - 1);
        return new PlacementReport(
            cluster.NodeCount,
            evaluation.EligibleCount,
            Filters(cluster, profile, evaluation),
            [.. runnersUp.Prepend(chosen).Select(slot => Score(cluster, profile, evaluation, slot))],
            "",
            []);
    }

    public static PlacementReport Unfit(ClusterState cluster, PlacementProfile profile, ShapeEvaluation evaluation) => new(
        cluster.NodeCount,
        0,
        Filters(cluster, profile, evaluation),
        [],
        Message(cluster, profile, evaluation),
        Remedies(cluster, profile, evaluation));

    private static List<FilterVerdict> Filters(ClusterState cluster, PlacementProfile profile, ShapeEvaluation evaluation)
    {
        var verdicts = new List<FilterVerdict>();
        for (int i = 0; i < profile.Filters.Count; i++)
        {
            if (evaluation.RejectedCount(i) > 0)
            {
                INodeFilter filter = profile.Filters[i];
                verdicts.Add(new FilterVerdict(
                    filter.Name,
                    evaluation.RejectedCount(i),
                    [.. evaluation.Rejected(i, SampleSize).Select(slot => new RejectedNode(cluster.NameOf(slot)!, [.. filter.Reasons(cluster, slot, evaluation.Shape)]))]));
            }
        }

        return verdicts;
    }

    private static NodeScore Score(ClusterState cluster, PlacementProfile profile, ShapeEvaluation evaluation, int slot) => new(
        cluster.NameOf(slot)!,
        evaluation.Total(slot),
        [.. profile.Scorers.Select(s => new ScorePart(s.Name, s.Score(cluster, slot, evaluation.Shape), s.Weight))]);

    // Kubernetes' form: reasons with the number of nodes that have them, in the order of the text.
    private static string Message(ClusterState cluster, PlacementProfile profile, ShapeEvaluation evaluation)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < profile.Filters.Count; i++)
        {
            foreach (int slot in evaluation.Rejected(i, evaluation.RejectedCount(i)))
            {
                foreach (string reason in profile.Filters[i].Reasons(cluster, slot, evaluation.Shape))
                {
                    counts[reason] = counts.GetValueOrDefault(reason) + 1;
                }
            }
        }

        IEnumerable<string> parts = counts.Select(c => $"{c.Value} {c.Key}").Order(StringComparer.Ordinal);
        return $"0/{cluster.NodeCount} nodes are available: {string.Join(", ", parts)}.";
    }

    private static List<string> Remedies(ClusterState cluster, PlacementProfile profile, ShapeEvaluation evaluation)
    {
        var closest = new List<(int Slot, int Failing)>();
        int fewest = int.MaxValue;
        for (int slot = 0; slot < cluster.SlotCount; slot++)
        {
            if (cluster.NameOf(slot) is null)
            {
                continue;
            }

            int failing = Failing(cluster, profile, evaluation, slot);
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
            .Select(group => Cheapest(cluster, profile, evaluation, group.Key, group.Select(c => c.Slot)))
            .OrderBy(r => r.Cost)
            .ThenBy(r => r.Text, StringComparer.Ordinal)
            .Take(RemediesShown)
            .Select(r => r.Text)];
    }

    private static int Failing(ClusterState cluster, PlacementProfile profile, ShapeEvaluation evaluation, int slot)
    {
        int failing = 0;
        for (int i = 0; i < profile.Filters.Count; i++)
        {
            failing |= profile.Filters[i].Admits(cluster, slot, evaluation.Shape) ? 0 : 1 << i;
        }

        return failing;
    }

    // Of the nodes that the same filters reject: the cheapest set of changes, and the nodes for which just that would do.
    private static (string Text, double Cost) Cheapest(
        ClusterState cluster, PlacementProfile profile, ShapeEvaluation evaluation, int failing, IEnumerable<int> slots)
    {
        var byChange = new Dictionary<string, (double Cost, RemedyScope Scope, List<string> Nodes)>(StringComparer.Ordinal);
        foreach (int slot in slots)
        {
            Remedy[] remedies = [.. profile.Filters
                .Where((_, i) => (failing & (1 << i)) != 0)
                .Select(f => f.RemedyFor(cluster, slot, evaluation.Shape))];
            string change = string.Join(" and ", remedies.Select(r => r.Change));
            if (!byChange.TryGetValue(change, out (double Cost, RemedyScope Scope, List<string> Nodes) entry))
            {
                RemedyScope scope = remedies.All(r => r.Scope == RemedyScope.Workload) ? RemedyScope.Workload : RemedyScope.Node;
                byChange[change] = entry = (remedies.Sum(r => r.Cost), scope, []);
            }

            entry.Nodes.Add(cluster.NameOf(slot)!);
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
