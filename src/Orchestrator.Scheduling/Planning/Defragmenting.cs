using Orchestrator.Scheduling.Simulation;

namespace Orchestrator.Scheduling.Planning;

/// <summary>
/// Empties nodes: those that cost the least first, each only if all of it can go, onto nodes that are in use, the fullest first, none of which is filled
/// up to the brim.
/// </summary>
internal static class Defragmenting
{
    public static string Plan(SimulatedCluster cluster, MoveSteps steps, PlanOptions options, CancellationToken cancel)
    {
        int before = Empty(cluster).Count;
        var emptied = new List<string>();
        IEnumerable<string> candidates =
        [
            .. cluster.NodeNames.Where(n => Leaving(cluster, n).Length > 0)
                .OrderBy(n => Leaving(cluster, n).Sum(steps.CostOf)).ThenBy(n => n, StringComparer.Ordinal),
        ];
        foreach (string node in candidates)
        {
            cancel.ThrowIfCancellationRequested();
            int start = steps.Count;

            // What has been given pods by this plan stays: else they would move twice.
            if (!steps.Moves.Any(m => m.To == node) && TryEmpty(cluster, steps, node, options))
            {
                emptied.Add(node);
            }
            else
            {
                steps.BackTo(start);
            }
        }

        return emptied.Count > 0
            ? $"{before} of {cluster.NodeNames.Count} nodes are empty; afterwards {before + emptied.Count}: {string.Join(", ", emptied)}"
            : $"nothing to do: {before} of {cluster.NodeNames.Count} nodes are empty, and no other can be emptied with the others filled up to {Rebalancing.Percent(options.FullShare)} at most";
    }

    private static List<string> Empty(SimulatedCluster cluster) => [.. cluster.NodeNames.Where(n => Leaving(cluster, n).Length == 0)];

    private static SimulatedPod[] Leaving(SimulatedCluster cluster, string node) => [.. Departing.PodsOf(cluster, node).Where(p => !p.BelongsToNode)];

    private static bool TryEmpty(SimulatedCluster cluster, MoveSteps steps, string node, PlanOptions options)
    {
        // The largest first: where it does not fit, nothing need be tried with the others.
        foreach (SimulatedPod pod in Leaving(cluster, node).OrderByDescending(p => Size(steps, p)).ThenBy(p => p.Key, StringComparer.Ordinal))
        {
            if (steps.IsFull || steps.Movable(node).All(p => p.Facts.Uid != pod.Facts.Uid))
            {
                return false;
            }

            int[] targets =
            [
                .. steps.Targets(pod)
                    .Where(s => Leaving(cluster, steps.State.NameOf(s)!).Length > 0 && steps.ShareOf(s, pod, 1) <= options.FullShare)
                    .OrderByDescending(s => steps.ShareOf(s)).ThenBy(s => steps.State.NameOf(s), StringComparer.Ordinal),
            ];
            if (targets.Length == 0)
            {
                return false;
            }

            steps.Move(pod, targets[0]);
        }

        return true;
    }

    private static double Size(MoveSteps steps, SimulatedPod pod) =>
        steps.State.TryFindSlot(pod.Facts.NodeName, out int slot) ? steps.ShareOf(slot) - steps.ShareOf(slot, pod, -1) : 0;
}
