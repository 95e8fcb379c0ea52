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
    /// <param name="pass">The pass; returns when it wants to run again without a change, or null.</param>
    /// <param name="waits">Told why the loop cannot go on for the moment; it tries again.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancel">Ends the loop.</param>
    public static async Task RunAsync(
        IObjectStore store, IReadOnlyList<string> resources, Func<CancellationToken, Task<TimeSpan?>> pass, Action<string> waits, TimeProvider time, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(store, resources, pass, time, cancel);
            }
            catch (Exception e) when (e is StoreUnavailableException or SubscriptionLaggedException or RevisionCompactedException)
            {
                waits(e.Message);
                await Task.Delay(RetryDelay, time, cancel);
            }
        }
    }

    private static async Task FollowAsync(
        IObjectStore store, IReadOnlyList<string> resources, Func<CancellationToken, Task<TimeSpan?>> pass, TimeProvider time, CancellationToken cancel)
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
                var again = await pass(cancel);
                await WaitAsync(changed, again, time, cancel);
                for (var i = 0; i < changed.Length; i++)
                {
                    if (changed[i].IsCompleted)
                    {
                        await changed[i];
                        changed[i] = subscriptions[i].ReadAsync(ending.Token).AsTask();
                    }
                }
            }
        }
        finally
        {
            await ending.CancelAsync();
            subscriptions.ForEach(s => s.Dispose());
        }
    }

    private static async Task WaitAsync(Task[] changed, TimeSpan? atMost, TimeProvider time, CancellationToken cancel)
    {
        if (atMost is not { } delay)
        {
            await Task.WhenAny(changed).WaitAsync(cancel);
            return;
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny([.. changed, Task.Delay(delay, time, waiting.Token)]);
        await waiting.CancelAsync();
        cancel.ThrowIfCancellationRequested();
    }
}
