using Orchestrator.Grains.Events;
using Orchestrator.Store;

namespace Orchestrator.Grains.Reconciling;

/// <summary>What a reconciler found should be done. Computed from what is stored, without effects.</summary>
internal sealed record ReconcilePlan
{
    /// <summary>Nothing to do, and nothing to wait for but being woken.</summary>
    public static ReconcilePlan Nothing { get; } = new();

    /// <summary>There is nothing to reconcile (any more).</summary>
    public static ReconcilePlan Gone { get; } = new() { IsGone = true };

    public IReadOnlyList<Mutation> Mutations { get; init; } = [];

    /// <summary>When to look again though nothing changes; null for the slow tick.</summary>
    public TimeSpan? LookAgainAfter { get; init; }

    /// <summary>Told once the mutations are committed.</summary>
    public IReadOnlyList<ObservedEvent> Events { get; init; } = [];

    public bool IsGone { get; init; }
}
