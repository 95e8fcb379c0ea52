using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Testing.Simulation;

/// <summary>
/// One process's store on a <see cref="SimulatedDatabase"/>: its cache follows the log with a lag, its calls take time, and it misbehaves as
/// <see cref="Faults"/> says. To be used inside a <see cref="SeededTaskScheduler"/> only.
/// </summary>
public sealed class SimulatedStore(SimulatedDatabase database, SeededTaskScheduler scheduler, Random random) : IObjectStore
{
    private readonly Dictionary<ObjectKey, StoredObject> _cache = [];
    private readonly List<SimulatedSubscription> _subscriptions = [];
    private readonly List<(long Revision, TaskCompletionSource Reached)> _waiting = [];
    private bool _isFollowing;

    public StoreFaults Faults { get; set; } = StoreFaults.None;

    public long Revision { get; private set; }

    public long CompactedRevision => 0;

    public async ValueTask<CommitResult> CommitAsync(Mutation mutation, CancellationToken cancel = default) =>
        (await CommitAsync([mutation], null, cancel))[0];

    public async ValueTask<IReadOnlyList<CommitResult>> CommitAsync(IReadOnlyList<Mutation> mutations, Fence? fence = null, CancellationToken cancel = default)
    {
        await DelayAsync();
        double fate = random.NextDouble();
        if (fate < Faults.CommitLost)
        {
            throw new StoreUnavailableException("simulated: not committed");
        }

        if (fate < Faults.CommitLost + Faults.CommitLate)
        {
            _ = scheduler.Start(async () =>
            {
                await DelayAsync();
                await DelayAsync();
                database.Commit(mutations, fence);
            });
            throw new StoreUnavailableException("simulated: committed later");
        }

        IReadOnlyList<CommitResult> results = database.Commit(mutations, fence);
        if (fate < Faults.CommitLost + Faults.CommitLate + Faults.ReplyLost)
        {
            throw new StoreUnavailableException("simulated: reply lost");
        }

        await ReachAsync(results.Max(r => r.Revision));
        return results;
    }

    public async ValueTask<long> TakeEpochAsync(string name, CancellationToken cancel = default)
    {
        await DelayAsync();
        long epoch = database.TakeEpoch(name);
        FailNowAndThen();
        return epoch;
    }

    public async ValueTask<long> SyncAsync(CancellationToken cancel = default)
    {
        await DelayAsync();
        FailNowAndThen();
        await ReachAsync(database.Revision);
        return Revision;
    }

    public async ValueTask WaitForAsync(long revision, CancellationToken cancel = default) => await ReachAsync(revision);

    public StoredObject? Get(ObjectKey key) => _cache.GetValueOrDefault(key);

    public ObjectList List(string resource, string? ns = null) => new(Revision,
    [
        .. _cache.Values
            .Where(o => o.Key.Resource == resource && (ns is null || o.Key.Namespace == ns))
            .OrderBy(o => o.Key.Namespace, StringComparer.Ordinal).ThenBy(o => o.Key.Name, StringComparer.Ordinal),
    ]);

    public ObjectList ListByField(string resource, string field, string value) =>
        new(Revision, [.. List(resource).Items.Where(o => o.Fields.GetValueOrDefault(field) == value)]);

    public ObjectList ListByOwner(string ownerUid) => new(Revision, [.. _cache.Values.Where(o => o.OwnerUids.Contains(ownerUid))]);

    public IChangeSubscription Subscribe(string? resource, string? ns, long afterRevision)
    {
        var subscription = new SimulatedSubscription(resource, ns, afterRevision, () => random.NextDouble() < Faults.SubscriptionCut, s => _subscriptions.Remove(s));
        _subscriptions.Add(subscription);
        subscription.Offer(database.Log.Take((int)Revision));
        return subscription;
    }

    /// <summary>Begins to follow the log, one commit at a time, at moments that the seed decides.</summary>
    public void Follow(CancellationToken cancel)
    {
        _isFollowing = true;
        _ = scheduler.Start(async () =>
        {
            while (!cancel.IsCancellationRequested)
            {
                if (Revision < database.Revision)
                {
                    long end = database.EndOfCommit(Revision + 1);
                    while (Revision < end)
                    {
                        ApplyNext();
                    }

                    await Task.Yield();
                }
                else
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1, 200)), scheduler.Time, CancellationToken.None);
                }
            }
        });
    }

    private void ApplyNext()
    {
        Change change = database.Log[(int)Revision];
        if (change.Type == ChangeType.Deleted)
        {
            _cache.Remove(change.Object.Key);
        }
        else
        {
            _cache[change.Object.Key] = change.Object;
        }

        Revision = change.Revision;
        foreach (SimulatedSubscription subscription in _subscriptions.ToArray())
        {
            subscription.Offer([change]);
        }

        foreach ((long revision, TaskCompletionSource reached) in _waiting.Where(w => w.Revision <= Revision).ToArray())
        {
            _waiting.Remove((revision, reached));
            reached.SetResult();
        }
    }

    private Task ReachAsync(long revision)
    {
        if (revision <= Revision)
        {
            return Task.CompletedTask;
        }

        if (!_isFollowing)
        {
            throw new InvalidOperationException("the store does not follow the log");
        }

        var reached = new TaskCompletionSource();
        _waiting.Add((revision, reached));
        return reached.Task;
    }

    private async Task DelayAsync()
    {
        for (int i = random.Next(4); i > 0; i--)
        {
            await Task.Yield();
        }

        if (random.Next(8) == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1, 500)), scheduler.Time, CancellationToken.None);
        }
    }

    private void FailNowAndThen()
    {
        if (random.NextDouble() < Faults.Unavailable)
        {
            throw new StoreUnavailableException("simulated");
        }
    }
}
