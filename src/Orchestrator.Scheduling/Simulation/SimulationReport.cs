using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>The answer to a what-if question: <c>orchestrator.dev/v1 Simulation</c>.</summary>
public sealed record SimulationReport
{
    public string Kind { get; init; } = "Simulation";

    public string ApiVersion { get; init; } = "orchestrator.dev/v1";

    /// <summary>The policy that placed: balanced, most-allocated, ...</summary>
    public required string Policy { get; init; }

    /// <summary>Seed of the tie-breaks: the same question with the same seed has the same answer.</summary>
    public required int Seed { get; init; }

    /// <summary>What the answer takes for granted, and what of the question it leaves out.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Use of all nodes together, per resource that is offered.</summary>
    public required IReadOnlyList<UseChange> Resources { get; init; }

    /// <summary>Nodes in the order of their names.</summary>
    public required IReadOnlyList<NodeChange> Nodes { get; init; }

    /// <summary>In the order in which they were placed.</summary>
    public required IReadOnlyList<PlacedAnswer> Placements { get; init; }

    /// <summary>Pods that fit nowhere.</summary>
    public required IReadOnlyList<PendingAnswer> Pending { get; init; }

    /// <summary>Pods that leave for good, or stay on a node that is drained.</summary>
    public required IReadOnlyList<DepartureAnswer> Departures { get; init; }
}

/// <param name="Resource">cpu, memory, ...</param>
/// <param name="Before">Null where the node is added.</param>
/// <param name="After">Null where the node is lost.</param>
public sealed record UseChange(string Resource, ResourceUse? Before, ResourceUse? After);

/// <param name="Name">The node.</param>
/// <param name="Change">One of <see cref="NodeChanges"/>; null where it was and stays.</param>
/// <param name="PodsBefore">Pods on it.</param>
/// <param name="PodsAfter">Pods on it.</param>
/// <param name="Resources">Its use.</param>
public sealed record NodeChange(string Name, string? Change, int PodsBefore, int PodsAfter, IReadOnlyList<UseChange> Resources);

public static class NodeChanges
{
    public const string Added = "Added";

    public const string Drained = "Drained";

    public const string Lost = "Lost";
}

/// <param name="Pod">NAMESPACE/NAME.</param>
/// <param name="Workload">KIND/NAME of its controller; null for a pod of nobody.</param>
/// <param name="Origin">One of <see cref="PodOrigins"/>.</param>
/// <param name="From">The node that it leaves.</param>
/// <param name="Node">Where it goes.</param>
/// <param name="Score">The node's score.</param>
/// <param name="Eligible">Nodes that it could have gone to.</param>
/// <param name="Victims">NAMESPACE/NAME of pods that give way for it.</param>
public sealed record PlacedAnswer(string Pod, string? Workload, string Origin, string? From, string Node, int Score, int Eligible, IReadOnlyList<string>? Victims);

/// <param name="Pod">NAMESPACE/NAME.</param>
/// <param name="Workload">KIND/NAME of its controller; null for a pod of nobody.</param>
/// <param name="Origin">One of <see cref="PodOrigins"/>.</param>
/// <param name="From">The node that it leaves.</param>
/// <param name="Message">Why it fits nowhere.</param>
/// <param name="Remedies">The least changes that would let it fit.</param>
public sealed record PendingAnswer(string Pod, string? Workload, string Origin, string? From, string Message, IReadOnlyList<string> Remedies);

/// <param name="Pod">NAMESPACE/NAME.</param>
/// <param name="Node">Where it is or was.</param>
/// <param name="Gone">False where it stays.</param>
/// <param name="Reason">Why.</param>
public sealed record DepartureAnswer(string Pod, string Node, bool Gone, string Reason);

/// <summary>JSON of simulations: camel case, absent members left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SimulationReport))]
[JsonSerializable(typeof(CapacityReport))]
[JsonSerializable(typeof(RemovalReport))]
[JsonSerializable(typeof(JsonObject))]
public sealed partial class SimulationJson : JsonSerializerContext;
