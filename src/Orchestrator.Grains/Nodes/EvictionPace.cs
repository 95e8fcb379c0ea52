using System.Runtime.InteropServices;

namespace Orchestrator.Grains.Nodes;

/// <summary>When the pods of a node that is not ready may be evicted.</summary>
/// <param name="MayBegin">False while it is not this node's turn.</param>
/// <param name="MayGoOn">False where an eviction that has begun is to be stopped: no node is ready, so it is more likely the server that is cut off.</param>
/// <param name="Wait">How long until it may be the node's turn; null where that is not known.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EvictionTurn(bool MayBegin, bool MayGoOn, TimeSpan? Wait)
{
    public static EvictionTurn Now { get; } = new(true, true, null);
}

/// <summary>
/// Evicts one node after another where many fail at once, as kube-controller-manager's node lifecycle controller does: one in 10 s in each zone; in a zone
/// where most have failed one in 100 s, or none where the zone is small; none at all where no node of the cluster is ready. The pace is worked out from the
/// taints that the nodes of the zone have, so no process has to keep count. Pure.
/// </summary>
internal static class EvictionPace
{
    private const double UnhealthyShare = 0.55;
    private const int LargeZone = 50;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SlowInterval = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <param name="self">A node that is not ready.</param>
    /// <param name="zone">The nodes of its zone.</param>
    /// <param name="isAnyOtherReady">Whether any other node of the cluster is ready. Itself it knows best: what others see of it may be from before it was lost.</param>
    /// <param name="now">The time.</param>
    public static EvictionTurn Of(NodeFacts self, ZoneCensus zone, bool isAnyOtherReady, DateTimeOffset now)
    {
        if (!isAnyOtherReady)
        {
            return new EvictionTurn(false, false, null);
        }

        int failed = zone.FailedWith(self);
        bool isPartial = failed < zone.Count && failed > 2 && failed >= UnhealthyShare * zone.Count;
        if (isPartial && zone.Count <= LargeZone)
        {
            return new EvictionTurn(false, true, null);
        }

        TimeSpan interval = isPartial ? SlowInterval : Interval;
        DateTimeOffset next = (zone.LastEviction is { } last && last > DateTimeOffset.MinValue ? last + interval : now) is var turn && turn > now ? turn : now;
        TimeSpan wait = next - now + (interval * zone.WaitingBefore(self));
        return wait <= TimeSpan.Zero
            ? EvictionTurn.Now
            : new EvictionTurn(false, true, wait < LongestWait ? wait : LongestWait);
    }
}
