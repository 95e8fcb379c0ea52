using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Orchestrator.Scheduling.Placing;

namespace Orchestrator.Scheduling.Explanations;

/// <summary>
/// One kept decision of the scheduler, served as <c>orchestrator.dev/v1 PlacementExplanation</c> at the pod's <c>explanation</c> subresource:
/// which nodes were cut by which filter, the scores of the best, and what would make a pending pod fit.
/// </summary>
public sealed record PlacementExplanation
{
    public string Kind { get; init; } = "PlacementExplanation";

    public string ApiVersion { get; init; } = "orchestrator.dev/v1";

    public required ExplainedPod Pod { get; init; }

    /// <summary>One of <see cref="PlacementOutcomes"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>The chosen node, absent for a pod that fits nowhere.</summary>
    public string? NodeName { get; init; }

    public required DateTimeOffset DecidedAt { get; init; }

    public required string SchedulerName { get; init; }

    /// <summary>Epoch of the scheduler that decided: grows with each activation.</summary>
    public required long Epoch { get; init; }

    /// <summary>Revision of the store up to which the scheduler had seen the cluster.</summary>
    public required long Revision { get; init; }

    public required int NodesConsidered { get; init; }

    public required int NodesEligible { get; init; }

    /// <summary>For a pod that fits nowhere, the message of its PodScheduled condition.</summary>
    public string? Message { get; init; }

    /// <summary>Filters that rejected nodes, in the order they were asked; a node is counted once, under the first.</summary>
    public required IReadOnlyList<FilterVerdict> Filters { get; init; }

    /// <summary>The chosen node first, then the runners-up.</summary>
    public required IReadOnlyList<NodeScore> Scores { get; init; }

    /// <summary>For a pod that fits nowhere: the least changes that would let it fit.</summary>
    public required IReadOnlyList<string> Remedies { get; init; }

    /// <summary>For a pod that others give way for: who they are, and where its room will be.</summary>
    public ExplainedPreemption? Preemption { get; init; }

    /// <summary>Ids of the very devices that the pod gets, by resource.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Devices { get; init; }

    /// <summary>Puts a report into the form that is kept.</summary>
    public static PlacementExplanation Of(
        ExplainedPod pod, PlacementReport report, string? nodeName, string schedulerName, long epoch, long revision, DateTimeOffset decidedAt)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new PlacementExplanation
        {
            Pod = pod,
            Outcome = nodeName is null ? PlacementOutcomes.Unschedulable : PlacementOutcomes.Scheduled,
            NodeName = nodeName,
            DecidedAt = decidedAt,
            SchedulerName = schedulerName,
            Epoch = epoch,
            Revision = revision,
            NodesConsidered = report.NodesConsidered,
            NodesEligible = report.NodesEligible,
            Message = report.Message.Length == 0 ? null : report.Message,
            Filters = report.Filters,
            Scores = report.Scores,
            Remedies = report.Remedies,
            Preemption = report.Preemption,
            Devices = report.Devices.Count == 0 ? null : report.Devices.ToDictionary(d => d.Resource, d => d.Ids, StringComparer.Ordinal),
        };
    }
}

/// <summary>What a decision came to.</summary>
public static class PlacementOutcomes
{
    public const string Scheduled = "Scheduled";

    public const string Unschedulable = "Unschedulable";
}

/// <param name="Node">Where the pod will go.</param>
/// <param name="Victims">NAMESPACE/NAME of the pods that give way; empty where those that are ending suffice.</param>
/// <param name="BudgetViolations">How many of them a disruption budget protects.</param>
/// <param name="Why">Why they.</param>
public sealed record ExplainedPreemption(string Node, IReadOnlyList<string> Victims, int BudgetViolations, string Why);

public sealed record ExplainedPod(string Namespace, string Name, string Uid);

/// <param name="Name">The filter's question: FitsResources, ToleratesTaints, ...</param>
/// <param name="Rejected">Nodes that it rejected first.</param>
/// <param name="Sample">Some of them.</param>
public sealed record FilterVerdict(string Name, int Rejected, IReadOnlyList<RejectedNode> Sample);

public sealed record RejectedNode(string Node, IReadOnlyList<string> Reasons);

/// <param name="Node">The node.</param>
/// <param name="Total">Sum of score times weight.</param>
/// <param name="Parts">What each scorer gave.</param>
public sealed record NodeScore(string Node, int Total, IReadOnlyList<ScorePart> Parts);

/// <param name="Scorer">LeastAllocated, BalancesResources, ...</param>
/// <param name="Score">0 to 100.</param>
/// <param name="Weight">Factor in the total.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ScorePart(string Scorer, int Score, int Weight);

/// <summary>JSON of explanations: camel case, absent members left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PlacementExplanation))]
[JsonSerializable(typeof(NodeExplanation))]
public sealed partial class ExplanationJson : JsonSerializerContext;
