using Orchestrator.Scheduling.Placing;

namespace Orchestrator.Scheduling.Planning;

/// <summary>How far a plan may go, and what its moves cost.</summary>
public sealed record PlanOptions
{
    public PlacementProfile Profile { get; init; } = PlacementProfile.Default;

    /// <summary>Most moves of a plan.</summary>
    public int MostMoves { get; init; } = 100;

    /// <summary>
    /// Hysteresis of rebalancing: only nodes that are this much above the mean share give pods away, so that a plan carried out leaves nothing to plan.
    /// </summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>Hysteresis of defragmenting: no node is filled above this share, or the next pod would need the node again that was emptied.</summary>
    public double FullShare { get; init; } = 0.9;

    /// <summary>Cost of a restart, in seconds: what a container is away for.</summary>
    public double RestartSeconds { get; init; } = 30;

    /// <summary>Cost of beginning and ending a live migration, in seconds.</summary>
    public double MigrationSeconds { get; init; } = 1;

    /// <summary>Memory that a live migration copies in a second.</summary>
    public double MigrationBytesPerSecond { get; init; } = 1L << 30;
}
