using Orchestrator.Model;

namespace Orchestrator.Store.Cache;

/// <summary>
/// This process's copy of all objects, advanced in revision order by whoever knows the next changes: the writer its own, the follower all others'.
/// Subscriptions are served under the same lock, so that subscribing and the changes after it can neither overlap nor leave a gap.
/// </summary>
internal sealed class ObjectCache(int maxRecentChanges, long maxRecentBytes)
{
    private readonly Lock _gate = new();
    private readonly RecentChanges _recent = new(maxRecentChanges, maxRecentBytes);
    private readonly RevisionWaiters _waiters = new();
    private readonly SubscriptionTable _subscriptions = new();
    private volatile ObjectIndexes _indexes = new();
    private long _revision;
    private long _compacted;

    public long Revision => Volatile.Read(ref _revision);

    public long CompactedRevision => Volatile.Read(ref _compacted);

    public int SubscriptionCount => _subscriptions.Count;

    public int ObjectCount => _indexes.Count;

    public StoredObject? Get(in ObjectKey key) => _indexes.Get(key);

    public ObjectList List(string resource, string? ns)
    {
        lock (_gate)
        {
            return new(_revision, _indexes.List(resource, ns));
        }
    }

    public ObjectList ListByField(string resource, string field, string value)
    {
        lock (_gate)
        {
            return new(_revision, _indexes.ListByField(resource, field, value));
        }
    }

    public ObjectList ListByOwner(string uid)
    {
        lock (_gate)
        {
            return new(_revision, _indexes.ListByOwner(uid));
        }
    }

    /// <summary>Replaces everything. Whoever follows is cut off: what happened in between is not known.</summary>
    public void Reset(CacheContents contents)
    {
        lock (_gate)
        {
            var indexes = new ObjectIndexes();
            foreach (var obj in contents.Objects)
            {
                indexes.Put(obj, previous: null);
            }

            _recent.Restart(contents.Recent.Count > 0 ? contents.Recent[0].Revision - 1 : contents.Revision);
            foreach (var change in contents.Recent)
            {
                _recent.Add(change);
            }

            _subscriptions.CutAll(contents.Revision);
            _indexes = indexes;
            Volatile.Write(ref _compacted, contents.CompactedRevision);
            Volatile.Write(ref _revision, contents.Revision);
            _waiters.Release(contents.Revision);
        }
    }

    /// <summary>
    /// Applies entries that are next in the log; those that are known already are passed over.
    /// Returns false, having done nothing, if there is a gap before the first.
    /// </summary>
    /// <exception cref="LogDiscontinuityException">An entry does not fit the present state.</exception>
    public bool TryApply(ReadOnlySpan<LogEntry> entries)
    {
        lock (_gate)
        {
            if (entries.IsEmpty || entries[^1].Revision <= _revision)
            {
                return true;
            }

            if (entries[0].Revision > _revision + 1)
            {
                return false;
            }

            var applied = _revision;
            try
            {
                foreach (ref readonly var entry in entries[(int)(_revision + 1 - entries[0].Revision)..])
                {
                    Apply(entry);
                    applied = entry.Revision;
                }
            }
            finally
            {
                // Published last: who sees the revision finds everything up to it in the indexes and in its subscription.
                Volatile.Write(ref _revision, applied);
                _waiters.Release(applied);
            }

            return true;
        }
    }

    public ValueTask WaitForAsync(long revision, CancellationToken cancel)
    {
        if (Revision >= revision)
        {
            return ValueTask.CompletedTask;
        }

        lock (_gate)
        {
            return _revision >= revision ? ValueTask.CompletedTask : new(AwaitAsync(_waiters.Add(revision), cancel));
        }
    }

    /// <summary>The change of the revision, if it is recent.</summary>
    public Change? FindRecent(long revision)
    {
        lock (_gate)
        {
            return _recent.After(revision - 1).FirstOrDefault() is { } change && change.Revision == revision ? change : null;
        }
    }

    public void NoteCompaction(long revision)
    {
        lock (_gate)
        {
            Volatile.Write(ref _compacted, Math.Max(_compacted, revision));
        }
    }

    /// <summary>Lets the subscription receive changes as they happen, if the recent changes reach back to where it stands; returns those it has missed, or null if they do not.</summary>
    public List<Change>? TryAttach(ChangeSubscription subscription, long afterRevision)
    {
        lock (_gate)
        {
            if (afterRevision < _recent.ReachesBackTo)
            {
                return null;
            }

            var missed = _recent.After(afterRevision).Where(subscription.Concerns).ToList();
            _subscriptions.Add(subscription);
            return missed;
        }
    }

    public void Detach(ChangeSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
        }
    }

    private async Task AwaitAsync(RevisionWaiters.Waiter waiter, CancellationToken cancel)
    {
        try
        {
            await waiter.Reached.Task.WaitAsync(cancel);
        }
        finally
        {
            lock (_gate)
            {
                _waiters.Remove(waiter);
            }
        }
    }

    private void Apply(in LogEntry entry)
    {
        var indexes = _indexes;
        var previous = indexes.Get(entry.Key);
        if (previous is null != (entry.Type == ChangeType.Created))
        {
            throw new LogDiscontinuityException($"revision {entry.Revision} ({entry.Type} {entry.Key}) does not fit the cache");
        }

        StoredObject now;
        if (entry.Type == ChangeType.Deleted)
        {
            now = entry.Object ?? LastStateOf(previous!, entry.Revision);
            indexes.Remove(previous!);
        }
        else
        {
            now = entry.Object!;
            indexes.Put(now, previous);
        }

        var change = new Change(entry.Revision, entry.Type, now, previous);
        _recent.Add(change);
        _subscriptions.Offer(change);
    }

    internal static StoredObject LastStateOf(StoredObject previous, long revision) =>
        previous with { Revision = revision, Json = RevisionSplice.Replace(previous.Json.Span, revision) };
}
