using System.Runtime.InteropServices;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>
/// What it would cost to make room on a node, compared in Kubernetes' order: broken budgets, the highest priority that gives way, the sum of
/// priorities, the number of pods, and how long the most important of them has run.
/// </summary>
/// <param name="Violations">Victims that a disruption budget protects.</param>
/// <param name="HighestPriority">Of the victims.</param>
/// <param name="PrioritySum">Of the victims, each counted from the lowest possible.</param>
/// <param name="Count">Victims to be deleted.</param>
/// <param name="EarliestStartSeconds">The earliest start among the victims of the highest priority.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PreemptionCost(int Violations, int HighestPriority, long PrioritySum, int Count, long EarliestStartSeconds)
    : IComparable<PreemptionCost>
{
    public int CompareTo(PreemptionCost other)
    {
        int order = Violations.CompareTo(other.Violations);
        order = order != 0 ? order : HighestPriority.CompareTo(other.HighestPriority);
        order = order != 0 ? order : PrioritySum.CompareTo(other.PrioritySum);
        order = order != 0 ? order : Count.CompareTo(other.Count);
        return order != 0 ? order : other.EarliestStartSeconds.CompareTo(EarliestStartSeconds);
    }

    public static bool operator <(PreemptionCost left, PreemptionCost right) => left.CompareTo(right) < 0;

    public static bool operator >(PreemptionCost left, PreemptionCost right) => left.CompareTo(right) > 0;

    public static bool operator <=(PreemptionCost left, PreemptionCost right) => left.CompareTo(right) <= 0;

    public static bool operator >=(PreemptionCost left, PreemptionCost right) => left.CompareTo(right) >= 0;
}
