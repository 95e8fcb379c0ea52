using Orchestrator.Grains.Creations;
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

    /// <summary>
    /// The reconciled object's own write. Where there is one, all else is committed only if the object still has the state that the plan was made
    /// from: so of two activations that decide the same at once only one does it.
    /// </summary>
    public UpdateObject? Anchor { get; init; }

    /// <summary>
    /// Revision of the reconciled object that the plan was made from, where it must have seen all that was committed together with that revision: a
    /// cache that follows the log may show the object before the others of its transaction, and what is missing would then be made a second time.
    /// </summary>
    public long? Basis { get; init; }

    public IReadOnlyList<Mutation> Mutations { get; init; } = [];

    /// <summary>Objects to create, once admission has seen them; what is then written is what <see cref="Conclude"/> says.</summary>
    public NewObjects Creations { get; init; } = NewObjects.None;

    /// <summary>The final plan, given what was admitted of <see cref="Creations"/>. Set exactly where there are creations.</summary>
    public Func<AdmittedObjects, ReconcilePlan>? Conclude { get; init; }

    /// <summary>When to look again though nothing changes; null for the slow tick.</summary>
    public TimeSpan? LookAgainAfter { get; init; }

    /// <summary>Told once the mutations are committed.</summary>
    public IReadOnlyList<ObservedEvent> Events { get; init; } = [];

    public bool IsGone { get; init; }
}
