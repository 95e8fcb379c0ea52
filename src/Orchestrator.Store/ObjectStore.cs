using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commit;
using Orchestrator.Store.Connections;
using Orchestrator.Store.Follow;

namespace Orchestrator.Store;

/// <summary>The store of one process: <see cref="StartAsync"/>, use, <see cref="DisposeAsync"/>.</summary>
public sealed class ObjectStore : IObjectStore, IExplanationStore, IStoreHealth, IAsyncDisposable
{
    private readonly StoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ObjectCache _cache;
    private readonly StoredObjectFactory _objects;
    private readonly CommitQueue _queue;
    private readonly StoreParts _parts;
    private int _stopped;

    /// <exception cref="InvalidOperationException">The options do not say where the database is.</exception>
    public ObjectStore(StoreOptions options, KindRegistry kinds, TimeProvider time, ILoggerFactory logs)
    {
        _options = options;
        _time = time;
        _cache = new ObjectCache(options.RecentChanges, options.RecentChangesBytes);
        _objects = new StoredObjectFactory(kinds);
        _queue = new CommitQueue(options.MaxQueuedCommits);
        _parts = new StoreParts(options, _cache, _objects, _queue, time, logs);
    }

    public long Revision => _cache.Revision;

    public long CompactedRevision => _cache.CompactedRevision;

    /// <inheritdoc/>
    public StoreHealth Current => _parts.Health();

    /// <summary>Migrates the schema, fills the cache and starts the background work.</summary>
    /// <exception cref="StoreUnavailableException">No connection within <see cref="StoreOptions.StartTimeout"/>.</exception>
    /// <exception cref="Schema.SchemaTooNewException">A newer program has migrated the database.</exception>
    public Task StartAsync(CancellationToken cancel = default) => _parts.StartAsync(cancel);

    /// <summary>Commits what is queued, within the time of its callers, and lets go of the database.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            await _parts.DisposeAsync();
        }
    }

    public async ValueTask<CommitResult> CommitAsync(Mutation mutation, CancellationToken cancel = default) =>
        (await EnqueueAsync([Prepare(mutation)], fence: null, cancel))[0];

    public async ValueTask<IReadOnlyList<CommitResult>> CommitAsync(
        IReadOnlyList<Mutation> mutations, Fence? fence = null, CancellationToken cancel = default)
    {
        if (mutations.Count == 0)
        {
            return [];
        }

        if (mutations.Count > _options.MaxCallMutations)
        {
            throw new ArgumentException($"{mutations.Count} mutations in one call, at most {_options.MaxCallMutations} are taken", nameof(mutations));
        }

        var prepared = new PreparedMutation[mutations.Count];
        for (var i = 0; i < prepared.Length; i++)
        {
            prepared[i] = Prepare(mutations[i]);
        }

        return await EnqueueAsync(prepared, fence, cancel);
    }

    public async ValueTask<long> TakeEpochAsync(string name, CancellationToken cancel = default)
    {
        try
        {
            await using var command = _parts.Database.Readers.CreateCommand("SELECT take_epoch($1)");
            command.Parameters.Add(new() { Value = name });
            return (long)(await command.ExecuteScalarAsync(cancel))!;
        }
        catch (Exception e) when (DatabaseErrors.IsDatabase(e))
        {
            throw new StoreUnavailableException($"no epoch of '{name}' could be taken", e);
        }
    }

    public ValueTask<long> SyncAsync(CancellationToken cancel = default) => _parts.HeadSync.SyncAsync(cancel);

    public ValueTask WaitForAsync(long revision, CancellationToken cancel = default)
    {
        if (revision > _cache.Revision)
        {
            _parts.Follower.Hint();
        }

        return _cache.WaitForAsync(revision, cancel);
    }

    public StoredObject? Get(ObjectKey key) => _cache.Get(key);

    public ObjectList List(string resource, string? ns = null) => _cache.List(resource, ns);

    public ObjectList ListByField(string resource, string field, string value) => _cache.ListByField(resource, field, value);

    public ObjectList ListByOwner(string ownerUid) => _cache.ListByOwner(ownerUid);

    public IChangeSubscription Subscribe(string? resource, string? ns, long afterRevision) =>
        new ChangeSubscription(_cache, _parts.Log, resource, ns, afterRevision, _options.MaxSubscriptionBacklog);

    public ValueTask SaveAsync(IReadOnlyList<ExplanationRecord> records, CancellationToken cancel = default) =>
        _parts.Explanations.SaveAsync(records, cancel);

    public ValueTask<ExplanationRecord?> FindAsync(string podUid, CancellationToken cancel = default) =>
        _parts.Explanations.FindAsync(podUid, cancel);

    private PreparedMutation Prepare(Mutation mutation)
    {
        var prepared = PreparedMutation.From(mutation, _objects, _options.MaxBodyBytes);
        return prepared.Type == ChangeType.Deleted && _cache.Get(prepared.Key) is { } last && last.Revision == prepared.ExpectedRevision
            ? prepared with { Deleted = last }
            : prepared;
    }

    private async ValueTask<CommitResult[]> EnqueueAsync(PreparedMutation[] mutations, Fence? fence, CancellationToken cancel)
    {
        using var activity = StoreTelemetry.StartWait(mutations.Length);
        var request = new CommitRequest(mutations, fence);
        try
        {
            return await SendAsync(request, cancel).WaitAsync(_options.CommitTimeout, _time, cancel);
        }
        catch (TimeoutException e)
        {
            throw new StoreUnavailableException("the database did not answer in time; whether the change was made is not known", e);
        }
        catch (ChannelClosedException e)
        {
            throw new StoreUnavailableException("the store is stopping", e);
        }
        finally
        {
            request.Abandon();
        }
    }

    private async Task<CommitResult[]> SendAsync(CommitRequest request, CancellationToken cancel)
    {
        await _queue.EnqueueAsync(request, cancel);
        return await request.Result;
    }
}
