using System.Numerics;

namespace Orchestrator.Grains.Apps.Pods;

/// <summary>
/// Which pods go first where there are too many (kube-controller-manager's <c>ActivePodsWithRanks</c>): those not bound, not running, not ready, of lower
/// deletion cost, on nodes with more pods of the same workload, ready for less long, restarted more often, younger. Times are compared by their order of
/// magnitude, and within one by uid, so that a roll-out does not always end the youngest.
/// </summary>
internal sealed class DeletionOrder : IComparer<PodView>
{
    private readonly Dictionary<string, int> _perNode;
    private readonly DateTimeOffset _now;

    /// <param name="related">Active pods of the same workload, of all its revisions.</param>
    /// <param name="now">The time.</param>
    public DeletionOrder(IEnumerable<PodView> related, DateTimeOffset now)
    {
        _perNode = related.Where(p => p.IsActive).GroupBy(p => p.NodeName, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        _now = now;
    }

    /// <summary>Below zero where <paramref name="x"/> goes first.</summary>
    public int Compare(PodView? x, PodView? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        return First(
            (x.NodeName.Length > 0).CompareTo(y.NodeName.Length > 0),
            PhaseRank(x).CompareTo(PhaseRank(y)),
            x.IsReady.CompareTo(y.IsReady),
            x.DeletionCost.CompareTo(y.DeletionCost),
            OnNode(y).CompareTo(OnNode(x)),
            x.IsReady && y.IsReady ? Younger(x.ReadySince, y.ReadySince, x, y) : 0,
            y.Restarts.CompareTo(x.Restarts),
            Younger(x.CreatedAt, y.CreatedAt, x, y),
            string.CompareOrdinal(x.Stored.Uid, y.Stored.Uid));
    }

    private static int First(params ReadOnlySpan<int> comparisons)
    {
        foreach (int comparison in comparisons)
        {
            if (comparison != 0)
            {
                return comparison;
            }
        }

        return 0;
    }

    private static int PhaseRank(PodView pod) => pod.Phase switch
    {
        "Pending" or "" => 0,
        "Unknown" => 1,
        _ => 2,
    };

    private int OnNode(PodView pod) => pod.NodeName.Length == 0 ? 0 : _perNode.GetValueOrDefault(pod.NodeName);

    private int Younger(DateTimeOffset? of, DateTimeOffset? than, PodView x, PodView y)
    {
        if (of == than)
        {
            return 0;
        }

        if (of is null || than is null)
        {
            return of is null ? -1 : 1;
        }

        int magnitude = Magnitude(of.Value).CompareTo(Magnitude(than.Value));
        return magnitude != 0 ? magnitude : string.CompareOrdinal(x.Stored.Uid, y.Stored.Uid);
    }

    // -1 for what has not been yet.
    private int Magnitude(DateTimeOffset since) => _now > since ? BitOperations.Log2((ulong)(_now - since).Ticks) : -1;
}
