using Orchestrator.Scheduling.Simulation;

namespace Orchestrator.Scheduling.Planning;

/// <summary>
/// Takes from nodes that are fuller than the mean by more than the tolerance, and gives to nodes below the mean, the move that evens out most for its
/// cost first. The measure is the sum of the squares of the nodes' shares: each move makes it less, so that no plan goes in circles.
/// </summary>
internal static class Rebalancing
{
    private const double LeastGain = 1e-6;

    public static string Plan(MoveSteps steps, PlanOptions options, CancellationToken cancel)
    {
        int[] slots = [.. Enumerable.Range(0, steps.State.SlotCount).Where(s => steps.State.NameOf(s) is not null && !steps.State.IsCordoned(s))];
        if (slots.Length < 2)
        {
            return "nothing to do: there are not two nodes that are open for pods";
        }

        (double Busiest, double Mean) before = Measure(steps, slots);
        while (!steps.IsFull && Best(steps, slots, options.Tolerance, cancel) is { } best)
        {
            steps.Move(best.Pod, best.Slot);
        }

        (double Busiest, double Mean) after = Measure(steps, slots);
        string state = $"the busiest node has {Percent(before.Busiest)} requested, the mean is {Percent(before.Mean)}";
        return steps.Count > 0
            ? $"{state}; afterwards {Percent(after.Busiest)} and {Percent(after.Mean)}"
            : before.Busiest - before.Mean <= options.Tolerance
                ? $"nothing to do: {state}, which is within the tolerance of {Percent(options.Tolerance)}"
                : $"nothing can be done: {state}, but no pod of a node above it can go to one below";
    }

    public static string Percent(double share) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{share * 100:0.0} %");

    private static (double Busiest, double Mean) Measure(MoveSteps steps, int[] slots) =>
        (slots.Max(s => steps.ShareOf(s)), slots.Average(s => steps.ShareOf(s)));

    private static (SimulatedPod Pod, int Slot)? Best(MoveSteps steps, int[] slots, double tolerance, CancellationToken cancel)
    {
        double mean = slots.Average(s => steps.ShareOf(s));
        (SimulatedPod Pod, int Slot)? best = null;
        double most = 0;
        foreach (int from in slots.Where(s => steps.ShareOf(s) > mean + tolerance).OrderByDescending(s => steps.ShareOf(s)).ThenBy(s => steps.State.NameOf(s), StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            foreach (SimulatedPod pod in steps.Movable(steps.State.NameOf(from)!))
            {
                double given = Square(steps.ShareOf(from)) - Square(steps.ShareOf(from, pod, -1));
                foreach (int to in steps.Targets(pod).Where(s => steps.ShareOf(s) < mean))
                {
                    double gain = given - (Square(steps.ShareOf(to, pod, 1)) - Square(steps.ShareOf(to)));
                    double worth = gain / steps.CostOf(pod);
                    if (gain > LeastGain && (worth > most || (worth == most && IsBefore(steps, to, best!.Value.Slot))))
                    {
                        (best, most) = ((pod, to), worth);
                    }
                }
            }
        }

        return best;
    }

    private static bool IsBefore(MoveSteps steps, int slot, int other) => string.CompareOrdinal(steps.State.NameOf(slot), steps.State.NameOf(other)) < 0;

    private static double Square(double share) => share * share;
}
