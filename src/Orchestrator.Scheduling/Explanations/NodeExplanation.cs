namespace Orchestrator.Scheduling.Explanations;

/// <summary>
/// What the scheduler says of one node for one pod, as the cluster is now: served as <c>orchestrator.dev/v1 NodeExplanation</c> at the pod's
/// <c>explanation?node=NAME</c>. A pod that is placed is asked about as if it were not there yet.
/// </summary>
public sealed record NodeExplanation
{
    public string Kind { get; init; } = "NodeExplanation";

    public string ApiVersion { get; init; } = "orchestrator.dev/v1";

    public required ExplainedPod Pod { get; init; }

    public required string NodeName { get; init; }

    /// <summary>Where the pod is, or goes; absent for one that waits.</summary>
    public string? PlacedOn { get; init; }

    public required DateTimeOffset ExaminedAt { get; init; }

    /// <summary>Epoch of the scheduler that was asked.</summary>
    public required long Epoch { get; init; }

    /// <summary>Revision of the store up to which the scheduler had seen the cluster.</summary>
    public required long Revision { get; init; }

    /// <summary>Every filter admits the node.</summary>
    public required bool Fits { get; init; }

    /// <summary>All filters, in the order they are asked.</summary>
    public required IReadOnlyList<FilterAnswer> Filters { get; init; }

    /// <summary>For a node that fits: its score.</summary>
    public NodeScore? Score { get; init; }

    /// <summary>For a node that fits: its place among those that do, from 1; nodes of one score share it.</summary>
    public int? Rank { get; init; }

    /// <summary>Nodes that every filter admits.</summary>
    public required int NodesEligible { get; init; }

    /// <summary>For a node that does not fit: who of lower priority would have to go, where that would help.</summary>
    public ExplainedPreemption? Preemption { get; init; }
}

/// <summary>What one filter says of the node.</summary>
/// <param name="Name">The filter's question: FitsResources, ToleratesTaints, ...</param>
/// <param name="Admits">Its answer.</param>
/// <param name="Reasons">Why not.</param>
/// <param name="Remedy">The least change that would turn a no into a yes.</param>
public sealed record FilterAnswer(string Name, bool Admits, IReadOnlyList<string> Reasons, string? Remedy);
