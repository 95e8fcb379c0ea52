using Orchestrator.Model.Devices;
using Orchestrator.Scheduling.Explanations;

namespace Orchestrator.Scheduling.Placing;

/// <summary>The reasons of one placement, or of there being none.</summary>
/// <param name="NodesConsidered">Nodes in the cluster.</param>
/// <param name="NodesEligible">Nodes that every filter admitted.</param>
/// <param name="Filters">Filters that rejected nodes.</param>
/// <param name="Scores">The chosen node, then the runners-up.</param>
/// <param name="Message">For a workload that fits nowhere: <c>0/3 nodes are available: ...</c>.</param>
/// <param name="Remedies">For a workload that fits nowhere: the least changes that would let it fit.</param>
public sealed record PlacementReport(
    int NodesConsidered,
    int NodesEligible,
    IReadOnlyList<FilterVerdict> Filters,
    IReadOnlyList<NodeScore> Scores,
    string Message,
    IReadOnlyList<string> Remedies)
{
    /// <summary>For a workload that others give way for: who, and where.</summary>
    public ExplainedPreemption? Preemption { get; init; }

    /// <summary>The very devices that the workload gets.</summary>
    public IReadOnlyList<AssignedDevices> Devices { get; init; } = [];

    public static PlacementReport NoNodes { get; } = new(0, 0, [], [], "no nodes available to schedule pods", ["a node"]);

    public static PlacementReport Unsupported(int nodes, IReadOnlyList<string> fields) => new(
        nodes,
        0,
        [],
        [],
        $"0/{nodes} nodes are available: the scheduler does not support {string.Join(", ", fields)} yet.",
        [.. fields.Select(f => $"remove {f}")]);

    /// <summary>For a workload whose claims do not let it be placed yet.</summary>
    public static PlacementReport Unbound(int nodes, string obstacle) => new(nodes, 0, [], [], $"0/{nodes} nodes are available: {obstacle}.", []);

    /// <summary>For a workload whose RuntimeClass is not known.</summary>
    public static PlacementReport UnknownRuntimeClass(int nodes, string name) => new(
        nodes, 0, [], [], $"0/{nodes} nodes are available: RuntimeClass \"{name}\" not found.", [$"create RuntimeClass {name}"]);
}
