namespace Orchestrator.Store.Cache;

/// <summary>The newest changes, without gaps, bounded in number and in the bytes of the objects they hold. Not thread-safe.</summary>
internal sealed class RecentChanges(int maxCount, long maxBytes)
{
    private readonly Change?[] _ring = new Change?[maxCount];
    private int _oldest;
    private int _count;
    private long _bytes;

    /// <summary>Following is possible after this revision and later ones.</summary>
    public long ReachesBackTo { get; private set; }

    public void Add(Change change)
    {
        if (_count == maxCount)
        {
            DropOldest();
        }

        _ring[(_oldest + _count++) % maxCount] = change;
        _bytes += BytesOf(change);
        while (_bytes > maxBytes)
        {
            DropOldest();
        }
    }

    /// <summary>Forgets all; the next change to be added is the one after <paramref name="revision"/>.</summary>
    public void Restart(long revision)
    {
        Array.Clear(_ring);
        (_oldest, _count, _bytes) = (0, 0, 0);
        ReachesBackTo = revision;
    }

    /// <summary>Changes after the revision, oldest first.</summary>
    public IEnumerable<Change> After(long revision)
    {
        for (var i = (int)Math.Clamp(revision - ReachesBackTo, 0, _count); i < _count; i++)
        {
            yield return _ring[(_oldest + i) % maxCount]!;
        }
    }

    private void DropOldest()
    {
        var dropped = _ring[_oldest]!;
        _ring[_oldest] = null;
        _oldest = (_oldest + 1) % maxCount;
        _count--;
        _bytes -= BytesOf(dropped);
        ReachesBackTo = dropped.Revision;
    }

    private static long BytesOf(Change change) => change.Object.Json.Length + (change.Previous?.Json.Length ?? 0);
}
