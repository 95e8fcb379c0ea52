using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Events;
using Orchestrator.Store;

namespace Orchestrator.Grains.Reconciling;

/// <summary>
/// Plans and applies until the plan holds: every write is a compare-and-swap, and a lost race is planned anew from what is stored then. Knows nothing
/// of grains, so that simulations run the same code.
/// </summary>
/// <param name="store">Where the plan is committed.</param>
/// <param name="events">Who is told.</param>
/// <param name="time">The clock.</param>
/// <param name="admission">What creations go through; null for reconcilers that create nothing.</param>
internal sealed class Reconciliation(IObjectStore store, IEventRecorder events, TimeProvider time, IObjectAdmission? admission)
{
    private const int MostRacesInARow = 5;

    // The last revision of the reconciled object whose whole transaction is known to be in the cache.
    private long _settledBasis = -1;

    /// <summary>After as many lost races, and as a first pause.</summary>
    public static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>The last plan, applied; or the pause after which to try again, where every race was lost.</summary>
    /// <exception cref="StoreUnavailableException">Whether the last plan was committed is not known.</exception>
    public async Task<ReconcilePlan> RunAsync(Func<DateTimeOffset, ReconcilePlan> planner, CancellationToken cancel)
    {
        for (int races = 0; races < MostRacesInARow; races++)
        {
            ReconcilePlan plan = await SettledAsync(planner, cancel);
            AdmittedObjects admitted = AdmittedObjects.None;
            if (plan.Conclude is { } conclude)
            {
                admitted = await admission!.AdmitAsync(plan.Creations, cancel);
                plan = conclude(admitted);
            }

            if (plan.IsGone || await IsCommittedAsync(plan, admitted, cancel))
            {
                foreach (ObservedEvent observed in plan.Events)
                {
                    events.Record(observed);
                }

                return plan;
            }

            // The race was lost to a write that this process may not have seen yet.
            await store.SyncAsync(cancel);
        }

        return new ReconcilePlan { LookAgainAfter = FirstRetryDelay };
    }

    /// <summary>A plan whose basis is seen whole: planned again after the log's head, as it was once the basis had been seen, has been reached.</summary>
    private async Task<ReconcilePlan> SettledAsync(Func<DateTimeOffset, ReconcilePlan> planner, CancellationToken cancel)
    {
        ReconcilePlan plan = planner(time.GetUtcNow());
        for (int looks = 0; looks < MostRacesInARow && plan.Basis is { } basis && basis != _settledBasis; looks++)
        {
            await store.SyncAsync(cancel);
            _settledBasis = basis;
            plan = planner(time.GetUtcNow());
        }

        return plan;
    }

    private async Task<bool> IsCommittedAsync(ReconcilePlan plan, AdmittedObjects admitted, CancellationToken cancel)
    {
        List<Mutation> batch = Batch(plan, admitted);
        if (batch.Count == 0)
        {
            return true;
        }

        IReadOnlyList<CommitResult> results = await store.CommitAsync(batch, cancel: cancel);
        return results.All(r => r.Outcome == CommitOutcome.Committed);
    }

    private static List<Mutation> Batch(ReconcilePlan plan, AdmittedObjects admitted)
    {
        var batch = new List<Mutation>(1 + admitted.Charges.Count + admitted.Objects.Count + plan.Mutations.Count);
        int? needed = null;
        if (plan.Anchor is { } anchor)
        {
            batch.Add(anchor);
            needed = 0;
        }

        int? afterAnchor = needed;
        foreach (Mutation charge in admitted.Charges)
        {
            batch.Add(charge with { Needs = needed });
            needed = batch.Count - 1;
        }

        batch.AddRange(admitted.Objects.Select(o => o with { Needs = needed }));
        batch.AddRange(plan.Mutations.Select(m => m with { Needs = afterAnchor }));
        return batch;
    }
}
