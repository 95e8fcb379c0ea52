using System.Threading.Channels;

namespace Orchestrator.Store.Cache;

/// <summary>
/// First catches up from the log in the database, page by page, until the recent changes in memory reach back to where it stands;
/// from then on changes are put into its queue as they are applied. A full queue cuts it off.
/// </summary>
internal sealed class ChangeSubscription : IChangeSubscription
{
    private readonly ObjectCache _cache;
    private readonly ILogPages _log;
    private readonly Channel<Change> _queue;
    private List<Change>? _missed;
    private bool _isAttached;
    private long _position;
    private long _attachedAfter;
    private long _cutAt = long.MaxValue;

    /// <summary>Starts after <paramref name="afterRevision"/>.</summary>
    /// <exception cref="RevisionCompactedException">The log no longer reaches back that far.</exception>
    public ChangeSubscription(ObjectCache cache, ILogPages log, string? resource, string? ns, long afterRevision, int maxBacklog)
    {
        _cache = cache;
        _log = log;
        _position = afterRevision;
        Scope = (resource, ns);
        _queue = Channel.CreateBounded<Change>(new BoundedChannelOptions(maxBacklog) { SingleReader = true, SingleWriter = true });
        if (!TryAttach() && afterRevision < cache.CompactedRevision)
        {
            throw new RevisionCompactedException(afterRevision, cache.CompactedRevision);
        }
    }

    public (string? Resource, string? Namespace) Scope { get; }

    public long Revision
    {
        get
        {
            // Read before looking at the queue: what is published afterwards may be in it, what was published before is, or has been returned.
            var published = _cache.Revision;
            var hasReturnedAll = _isAttached && _missed is null && !_queue.Reader.TryPeek(out _) && published < Volatile.Read(ref _cutAt);
            return hasReturnedAll ? Math.Max(_position, published) : _position;
        }
    }

    public bool Concerns(Change change) =>
        (Scope.Resource is null || change.Object.Key.Resource == Scope.Resource)
        && (Scope.Namespace is null || change.Object.Key.Namespace == Scope.Namespace);

    public async ValueTask<IReadOnlyList<Change>> ReadAsync(CancellationToken cancel = default)
    {
        while (!_isAttached)
        {
            var page = await _log.ReadAsync(_position, cancel);
            _position = page.ReachedRevision;
            var changes = page.Changes.Where(Concerns).ToList();
            TryAttach();
            if (changes.Count > 0)
            {
                return changes;
            }
        }

        if (_missed is { } missed)
        {
            _missed = null;
            _position = missed[^1].Revision;
            return missed;
        }

        return await ReadQueueAsync(cancel);
    }

    /// <summary>Called under the cache's lock. False if there is no room.</summary>
    public bool Offer(Change change) => change.Revision <= _attachedAfter || _queue.Writer.TryWrite(change);

    /// <summary>Called under the cache's lock. What is queued can still be read; then comes the exception.</summary>
    public void Cut(long revision)
    {
        Volatile.Write(ref _cutAt, revision);
        _queue.Writer.TryComplete(new SubscriptionLaggedException());
    }

    public void Dispose()
    {
        _cache.Detach(this);
        _queue.Writer.TryComplete();
    }

    private bool TryAttach()
    {
        _attachedAfter = _position;
        var missed = _cache.TryAttach(this, _position);
        _isAttached = missed is not null;
        _missed = missed is { Count: > 0 } ? missed : null;
        return _isAttached;
    }

    private async ValueTask<IReadOnlyList<Change>> ReadQueueAsync(CancellationToken cancel)
    {
        var changes = new List<Change>();
        while (changes.Count == 0)
        {
            var isOpen = await _queue.Reader.WaitToReadAsync(cancel);
            ObjectDisposedException.ThrowIf(!isOpen, this);

            while (_queue.Reader.TryRead(out var change))
            {
                changes.Add(change);
                _position = change.Revision;
            }
        }

        return changes;
    }
}

/// <summary>Pages of the change log in the database.</summary>
internal interface ILogPages
{
    /// <summary>The changes after the revision, as many as fit a page.</summary>
    /// <exception cref="RevisionCompactedException">The log no longer reaches back that far.</exception>
    ValueTask<LogPage> ReadAsync(long afterRevision, CancellationToken cancel);
}

/// <param name="Changes">Without gaps, with their previous states.</param>
/// <param name="ReachedRevision">Revision of the last change, or the one asked for if there are none.</param>
internal sealed record LogPage(IReadOnlyList<Change> Changes, long ReachedRevision);
