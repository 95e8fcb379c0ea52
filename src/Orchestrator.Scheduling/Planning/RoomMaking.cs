using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Simulation;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Planning;

/// <summary>
/// Makes room for pods that fit nowhere by moving others elsewhere, nobody giving way for good: for each, on the node where that costs least. Of a node's
/// pods the cheapest go first; those that turn out not to have been needed stay.
/// </summary>
internal sealed class RoomMaking(SimulatedCluster cluster, MoveSteps steps, PlanOptions options)
{
    public List<PodMove> Placements { get; } = [];

    public List<string> Failures { get; } = [];

    /// <param name="waiting">Pods that fit nowhere, the most important first.</param>
    /// <param name="cancel">Cancellation.</param>
    public string Plan(IReadOnlyList<SimulatedPod> waiting, CancellationToken cancel)
    {
        foreach (SimulatedPod pod in waiting)
        {
            if (pod.Workload is not { } workload || Cheapest(workload, cancel) is not { } best)
            {
                Failures.Add($"no moves make room for {pod.Key}");
                continue;
            }

            foreach ((SimulatedPod moved, int slot) in best.Moves)
            {
                steps.Move(cluster.FindPod(moved.Facts.Uid)!, slot);
            }

            string node = cluster.State.NameOf(best.Slot)!;
            cluster.Place(pod, node);
            Placements.Add(new PodMove(pod.Key, node));
        }

        return waiting.Count == 0
            ? "nothing to do: no pod waits that fits nowhere"
            : $"{waiting.Count} pods fit nowhere; the moves make room for {Placements.Count} of them";
    }

    private (int Slot, List<(SimulatedPod Pod, int Slot)> Moves)? Cheapest(Workload workload, CancellationToken cancel)
    {
        (int Slot, List<(SimulatedPod Pod, int Slot)> Moves)? best = null;
        double least = double.PositiveInfinity;
        IEnumerable<int> slots = Enumerable.Range(0, cluster.State.SlotCount)
            .Where(s => cluster.State.NameOf(s) is not null && MayHelp(s, workload))
            .OrderBy(s => cluster.State.NameOf(s), StringComparer.Ordinal);
        foreach (int slot in slots)
        {
            cancel.ThrowIfCancellationRequested();
            if (Try(slot, workload) is { } moves && moves.Sum(m => steps.CostOf(m.Pod)) is var cost && cost < least)
            {
                (best, least) = ((slot, moves), cost);
            }
        }

        return best;
    }

    // Which filters pods' going cannot help is known of each.
    private bool MayHelp(int slot, Workload workload)
    {
        for (int i = 0; i < options.Profile.FilterCount; i++)
        {
            IFilter filter = options.Profile.FilterAt(i);
            if (!filter.IsHelpedByPreemption && !filter.Admits(cluster.State, slot, workload))
            {
                return false;
            }
        }

        return true;
    }

    // Leaves everything as it was.
    private List<(SimulatedPod Pod, int Slot)>? Try(int slot, Workload workload)
    {
        int start = steps.Count;
        var moves = new List<(SimulatedPod Pod, int Slot)>();
        string node = cluster.State.NameOf(slot)!;
        foreach (SimulatedPod pod in steps.Movable(node))
        {
            if (steps.Admits(slot, workload) || steps.IsFull)
            {
                break;
            }

            if (steps.Movable(node).Any(p => p.Facts.Uid == pod.Facts.Uid) && Target(pod) is { } target)
            {
                moves.Add((pod, target));
                steps.Move(pod, target);
            }
        }

        bool fits = steps.Admits(slot, workload);
        steps.BackTo(start);
        return fits ? Needed(slot, workload, moves) : null;
    }

    // Without each in turn, the dearest first: what still leads to room is enough.
    private List<(SimulatedPod Pod, int Slot)> Needed(int slot, Workload workload, List<(SimulatedPod Pod, int Slot)> moves)
    {
        foreach ((SimulatedPod Pod, int Slot) move in moves.AsEnumerable().Reverse().ToArray())
        {
            List<(SimulatedPod Pod, int Slot)> fewer = [.. moves.Where(m => m != move)];
            if (Replay(slot, workload, fewer))
            {
                moves = fewer;
            }
        }

        return moves;
    }

    private bool Replay(int slot, Workload workload, List<(SimulatedPod Pod, int Slot)> moves)
    {
        int start = steps.Count;
        bool works = true;
        foreach ((SimulatedPod pod, int target) in moves)
        {
            works = works && steps.Targets(pod).Contains(target);
            if (works)
            {
                steps.Move(pod, target);
            }
        }

        works = works && steps.Admits(slot, workload);
        steps.BackTo(start);
        return works;
    }

    // The emptiest, so that what is nearly full is not filled.
    private int? Target(SimulatedPod pod)
    {
        int[] targets = [.. steps.Targets(pod).OrderBy(s => steps.ShareOf(s, pod, 1)).ThenBy(s => cluster.State.NameOf(s), StringComparer.Ordinal)];
        return targets.Length == 0 ? null : targets[0];
    }
}
