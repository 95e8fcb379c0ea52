namespace Orchestrator.Grains.Nodes;

/// <summary>The nodes of one zone, counted. Not thread-safe.</summary>
internal sealed class ZoneCensus
{
    private readonly Dictionary<string, NodeFacts> _nodes = new(StringComparer.Ordinal);
    private readonly SortedSet<(DateTimeOffset Since, string Name)> _evicted = new(ByTime.Order);
    private readonly List<(DateTimeOffset Since, string Name)> _waiting = [];
    private int _failed;

    public static ZoneCensus Empty { get; } = new();

    public int Count => _nodes.Count;

    /// <summary>Since when the node evicts that was the last to begin; null where none does.</summary>
    public DateTimeOffset? LastEviction => _evicted.Count > 0 ? _evicted.Max.Since : null;

    /// <summary>Nodes that are not ready, the given one among them whatever is known of it.</summary>
    public int FailedWith(NodeFacts self) => _failed + (_nodes.TryGetValue(self.Name, out NodeFacts? known) && known.IsReady ? 1 : 0);

    /// <summary>Other nodes that failed before this one and have not begun to evict.</summary>
    public int WaitingBefore(NodeFacts self)
    {
        int rank = RankOf((self.NotReadySince ?? DateTimeOffset.MaxValue, self.Name));
        bool isCounted = _nodes.TryGetValue(self.Name, out NodeFacts? known) && Waits(known) && RankOf(WaitingKey(known)) < rank;
        return rank - (isCounted ? 1 : 0);
    }

    public void Add(NodeFacts node)
    {
        _nodes.Add(node.Name, node);
        _failed += node.IsReady ? 0 : 1;
        if (node.EvictsSince is { } since)
        {
            _evicted.Add((since, node.Name));
        }
        else if (Waits(node))
        {
            _waiting.Insert(RankOf(WaitingKey(node)), WaitingKey(node));
        }
    }

    public void Remove(NodeFacts node)
    {
        _nodes.Remove(node.Name);
        _failed -= node.IsReady ? 0 : 1;
        if (node.EvictsSince is { } since)
        {
            _evicted.Remove((since, node.Name));
        }
        else if (Waits(node))
        {
            _waiting.RemoveAt(RankOf(WaitingKey(node)));
        }
    }

    private static bool Waits(NodeFacts node) => !node.IsReady && node.EvictsSince is null;

    // Whoever was lost first goes first.
    private static (DateTimeOffset Since, string Name) WaitingKey(NodeFacts node) => (node.NotReadySince ?? DateTimeOffset.MaxValue, node.Name);

    private int RankOf((DateTimeOffset Since, string Name) key)
    {
        int at = _waiting.BinarySearch(key, ByTime.Order);
        return at < 0 ? ~at : at;
    }

    private sealed class ByTime : IComparer<(DateTimeOffset Since, string Name)>
    {
        public static readonly ByTime Order = new();

        public int Compare((DateTimeOffset Since, string Name) x, (DateTimeOffset Since, string Name) y)
        {
            int byTime = x.Since.CompareTo(y.Since);
            return byTime != 0 ? byTime : string.CompareOrdinal(x.Name, y.Name);
        }
    }
}
