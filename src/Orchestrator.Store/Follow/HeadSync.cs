using Orchestrator.Store.Cache;
using Orchestrator.Store.Connections;

namespace Orchestrator.Store.Follow;

/// <summary>
/// Consistent reads: asks the database for its head and waits until the cache is there; a server that commits alone need not ask
/// (<see cref="LogLease"/>). Callers that come while a question is on its way
/// share the next one; they cannot share that one, which may have been answered before they came.
/// </summary>
internal sealed class HeadSync(
    ObjectCache cache, LogReader reader, LogFollower follower, LogLease lease, Action renew, StoreOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Task<long> _running = Task.FromResult(0L);
    private Task<long>? _next;

    public ValueTask<long> SyncAsync(CancellationToken cancel)
    {
        if (lease.IsDue)
        {
            renew();
        }

        var revision = cache.Revision;
        return lease.Covers(revision) ? new(revision) : AskAsync(cancel);
    }

    private async ValueTask<long> AskAsync(CancellationToken cancel)
    {
        var head = await NextReadAsync().WaitAsync(cancel);
        if (cache.Revision < head)
        {
            await WaitForAsync(head, cancel);
        }

        return head;
    }

    private async Task WaitForAsync(long head, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(options.CommitTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            await cache.WaitForAsync(head, either.Token);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new StoreUnavailableException("the change log could not be read up to the database's head in time", e);
        }
    }

    private Task<long> NextReadAsync()
    {
        lock (_gate)
        {
            return _next ??= ReadAfterAsync(_running);
        }
    }

    private async Task<long> ReadAfterAsync(Task<long> before)
    {
        // Leaves the lock of the caller before anything runs.
        await Task.Yield();
        await before.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        lock (_gate)
        {
            _running = _next!;
            _next = null;
        }

        return await ReadAsync();
    }

    private async Task<long> ReadAsync()
    {
        try
        {
            // Not cancelled by any one caller: others may share it. The command's own timeout bounds it.
            var head = await reader.ReadHeadAsync(CancellationToken.None);
            if (head > cache.Revision)
            {
                follower.Hint(head);
            }

            return head;
        }
        catch (Exception e) when (DatabaseErrors.IsDatabase(e))
        {
            throw new StoreUnavailableException("the database could not be asked for its latest revision", e);
        }
    }
}
