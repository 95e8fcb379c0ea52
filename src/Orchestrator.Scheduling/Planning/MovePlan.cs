using System.Text.Json.Serialization;
using Orchestrator.Scheduling.Simulation;

namespace Orchestrator.Scheduling.Planning;

/// <summary>
/// Moves to be made one after the other, each of them possible when those before it are done: <c>orchestrator.dev/v1 MovePlan</c>. Nothing has been moved.
/// </summary>
public sealed record MovePlan
{
    public string Kind { get; init; } = "MovePlan";

    public string ApiVersion { get; init; } = "orchestrator.dev/v1";

    /// <summary>One of <see cref="PlanGoals"/>.</summary>
    public required string Goal { get; init; }

    /// <summary>What is gained, or why there is nothing to do.</summary>
    public required string Summary { get; init; }

    /// <summary>What the plan takes for granted, and what it could not do.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    public required IReadOnlyList<PlannedMove> Moves { get; init; }

    /// <summary>For make-room: where the pods go that waited.</summary>
    public required IReadOnlyList<PodMove> Placements { get; init; }

    /// <summary>Sum of the moves' costs.</summary>
    public required double CostSeconds { get; init; }

    /// <summary>Use of all nodes together.</summary>
    public required IReadOnlyList<UseChange> Resources { get; init; }

    /// <summary>Nodes in the order of their names, as they are and as they will be.</summary>
    public required IReadOnlyList<NodeChange> Nodes { get; init; }
}

/// <param name="Pod">NAMESPACE/NAME.</param>
/// <param name="Workload">KIND/NAME of its controller; null for a pod of nobody.</param>
/// <param name="From">Where it is.</param>
/// <param name="To">Where it goes.</param>
/// <param name="How">One of <see cref="MoveKinds"/>.</param>
/// <param name="CostSeconds">What it costs.</param>
public sealed record PlannedMove(string Pod, string? Workload, string From, string To, string How, double CostSeconds);

public static class PlanGoals
{
    /// <summary>No node much fuller than the others.</summary>
    public const string Rebalance = "rebalance";

    /// <summary>As many nodes empty as can be.</summary>
    public const string Defragment = "defragment";

    /// <summary>Room for pods that fit nowhere, without anybody giving way for good.</summary>
    public const string MakeRoom = "make-room";
}

public static class MoveKinds
{
    /// <summary>A virtual machine moves while it runs.</summary>
    public const string Migrate = "Migrate";

    /// <summary>A container ends, and its controller makes it anew elsewhere.</summary>
    public const string Restart = "Restart";
}

/// <summary>JSON of plans: camel case, absent members left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MovePlan))]
public sealed partial class MovePlanJson : JsonSerializerContext;
