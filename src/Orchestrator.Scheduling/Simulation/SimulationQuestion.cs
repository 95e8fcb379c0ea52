using System.Text.Json.Nodes;
using Orchestrator.Scheduling.Placing;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>What is to be found out about a cluster.</summary>
public sealed record SimulationQuestion
{
    /// <summary>Objects to be added: workloads, nodes, and classes, namespaces and budgets that they refer to.</summary>
    public IReadOnlyList<JsonObject> Manifests { get; init; } = [];

    /// <summary>Namespace of manifests that name none.</summary>
    public string DefaultNamespace { get; init; } = "default";

    /// <summary>Nodes to be added that are like <see cref="Like"/>.</summary>
    public int AddedNodes { get; init; }

    /// <summary>Name of a node of the cluster or the manifests.</summary>
    public string? Like { get; init; }

    /// <summary>Nodes to be drained.</summary>
    public IReadOnlyList<string> Drained { get; init; } = [];

    /// <summary>Nodes to be lost.</summary>
    public IReadOnlyList<string> Lost { get; init; } = [];

    /// <summary>Name under which <see cref="Profile"/> is known to users.</summary>
    public string Policy { get; init; } = "balanced";

    public PlacementProfile Profile { get; init; } = PlacementProfile.Default;

    /// <summary>Seed of the tie-breaks.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>An answer, or all that is wrong with the question.</summary>
/// <param name="Report">The answer; null where there are errors.</param>
/// <param name="Errors">One line each.</param>
public sealed record SimulationAnswer<TReport>(TReport? Report, IReadOnlyList<string> Errors)
    where TReport : class;

internal static class SimulationAnswer
{
    public static SimulationAnswer<TReport> Refused<TReport>(IReadOnlyList<string> errors)
        where TReport : class => new(null, errors);

    public static SimulationAnswer<TReport> Of<TReport>(TReport report)
        where TReport : class => new(report, []);
}
