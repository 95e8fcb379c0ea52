using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Reconciling;

namespace Orchestrator.Grains.Apps;

/// <summary>After a refused creation the next is tried later and later: what refused it, a quota or a policy, seldom changes at once.</summary>
internal sealed class RefusalBackOff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private TimeSpan _delay = First;
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    public bool MayTry(DateTimeOffset now) => now >= _until;

    /// <summary>The plan, which notes what becomes of its creations, and looks again when they may be tried again.</summary>
    public ReconcilePlan Watch(ReconcilePlan plan, DateTimeOffset now)
    {
        if (plan.Conclude is not { } conclude)
        {
            return MayTry(now) ? plan : Sooner(plan, _until - now);
        }

        return plan with { Conclude = admitted => Note(conclude(admitted), admitted, now) };
    }

    private ReconcilePlan Note(ReconcilePlan plan, AdmittedObjects admitted, DateTimeOffset now)
    {
        if (admitted.Refusal is null)
        {
            _delay = First;
            return plan;
        }

        _until = now + _delay;
        ReconcilePlan later = Sooner(plan, _delay);
        _delay = _delay * 2 < Longest ? _delay * 2 : Longest;
        return later;
    }

    private static ReconcilePlan Sooner(ReconcilePlan plan, TimeSpan than) =>
        plan.LookAgainAfter is { } planned && planned < than ? plan : plan with { LookAgainAfter = than };
}
