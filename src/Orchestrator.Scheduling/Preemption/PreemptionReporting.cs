using Orchestrator.Scheduling.Explanations;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>What is said of preemption, in Kubernetes' words where it has some.</summary>
public static class PreemptionReporting
{
    /// <summary>Nobody gives way: adds why to the message, as Kubernetes does.</summary>
    public static PlacementReport Failed(PlacementReport report, Preemptor preemptor, Workload workload, PodFacts pod)
    {
        if (report.NodesConsidered == 0 || workload.Shape.IsHopeless)
        {
            return report;
        }

        if (!pod.MayPreempt)
        {
            return report with { Message = $"{report.Message} preemption: not eligible due to preemptionPolicy=Never." };
        }

        int hopeless = preemptor.HopelessNodes(report);
        int others = report.NodesConsidered - hopeless;
        string[] parts =
        [
            .. hopeless > 0 ? [$"{hopeless} Preemption is not helpful for scheduling"] : Array.Empty<string>(),
            .. others > 0 ? [$"{others} No preemption victims found for incoming pod"] : Array.Empty<string>(),
        ];
        return report with { Message = $"{report.Message} preemption: 0/{report.NodesConsidered} nodes are available: {string.Join(", ", parts)}." };
    }

    /// <summary>Adds who gives way, and why they.</summary>
    /// <param name="report">The report of the placement that failed.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="victims">NAMESPACE/NAME of those that are deleted.</param>
    public static PlacementReport Planned(PlacementReport report, PreemptionPlan plan, IReadOnlyList<string> victims) =>
        report with { Preemption = Explained(plan, victims) };

    /// <summary>Who gives way, and why they.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="victims">NAMESPACE/NAME of those that would be deleted.</param>
    public static ExplainedPreemption Explained(PreemptionPlan plan, IReadOnlyList<string> victims) =>
        new(plan.NodeName, victims, plan.Cost.Violations, Why(plan));

    private static string Why(PreemptionPlan plan) => plan.Cost.Count == 0
        ? "pods that are ending make room"
        : $"the fewest of lower priority (at most {plan.Cost.HighestPriority}) without which the pod fits"
            + (plan.Cost.Violations > 0 ? $"; {plan.Cost.Violations} against a disruption budget, as no node could do without" : "");
}
