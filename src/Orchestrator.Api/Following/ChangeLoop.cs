using Orchestrator.Store;

namespace Orchestrator.Api.Following;

/// <summary>
/// Runs a pass at the start and again after every change of some resources, one pass at a time: changes that come meanwhile are one more pass. A pass reads
/// what it needs from the store and makes true what is not, so that it does not matter which changes woke it.
/// </summary>
internal static class ChangeLoop
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <param name="store">The store.</param>
    /// <param name="resources">Storage names of what the pass depends on.</param>
    /// <param name="concerns">Which of the changes wake the loop; null for all. For resources that change often while the pass looks at few of their objects.</param>
    /// <param name="pass">The pass; returns when it wants to run again without a change, or null.</param>
    /// <param name="waits">Told why the loop cannot go on for the moment; it tries again.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancel">Ends the loop.</param>
    public static async Task RunAsync(
        IObjectStore store,
        IReadOnlyList<string> resources,
        Func<Change, bool>? concerns,
        Func<CancellationToken, Task<TimeSpan?>> pass,
        Action<string> waits,
        TimeProvider time,
        CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(store, resources, concerns ?? (_ => true), pass, time, cancel);
            }
            catch (Exception e) when (e is StoreUnavailableException or SubscriptionLaggedException or RevisionCompactedException)
            {
                waits(e.Message);
                await Task.Delay(RetryDelay, time, cancel);
            }
        }
    }

    private static async Task FollowAsync(
        IObjectStore store,
        IReadOnlyList<string> resources,
        Func<Change, bool> concerns,
        Func<CancellationToken, Task<TimeSpan?>> pass,
        TimeProvider time,
        CancellationToken cancel)
    {
        // Subscribed first, then read: what changes in between is seen by the subscription.
        var revision = store.Revision;
        var subscriptions = new List<IChangeSubscription>();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            subscriptions.AddRange(resources.Select(r => store.Subscribe(r, null, revision)));
            var changed = subscriptions.Select(s => s.ReadAsync(ending.Token).AsTask()).ToArray();
            while (true)
            {
                using var timer = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
                var due = Task.Delay(await pass(cancel) ?? Timeout.InfiniteTimeSpan, time, timer.Token);
                for (var isWoken = false; !isWoken;)
                {
                    await Task.WhenAny([.. changed, due]);
                    cancel.ThrowIfCancellationRequested();
                    isWoken = due.IsCompleted;
                    for (var i = 0; i < changed.Length; i++)
                    {
                        if (changed[i].IsCompleted)
                        {
                            isWoken |= (await changed[i]).Any(concerns);
                            changed[i] = subscriptions[i].ReadAsync(ending.Token).AsTask();
                        }
                    }
                }

                await timer.CancelAsync();
            }
        }
        finally
        {
            await ending.CancelAsync();
            subscriptions.ForEach(s => s.Dispose());
        }
    }
}
