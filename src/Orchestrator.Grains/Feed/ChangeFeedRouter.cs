using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Store;

namespace Orchestrator.Grains.Feed;

/// <summary>
/// Follows the local store's changes and wakes the grains that they concern; now and then, and whenever it was cut off, all that might need it.
/// With several servers each wakes them: waking twice costs a look, not waking might cost an object.
/// </summary>
internal sealed partial class ChangeFeedRouter(
    IObjectStore store, WakeRules rules, IWaker waker, NodeHeartbeatForwarder heartbeats, TimeProvider time, ILogger<ChangeFeedRouter> logger)
    : BackgroundService
{
    private static readonly TimeSpan FullPassInterval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.StartsAgain(logger, e);
                await Task.Delay(RestartDelay, time, stoppingToken);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancel)
    {
        using IChangeSubscription changes = store.Subscribe(null, null, store.Revision);
        using var pass = new CancellationTokenSource(FullPassInterval, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, pass.Token);
        WakeAll(rules.All());
        try
        {
            while (true)
            {
                IReadOnlyList<Change> batch = await changes.ReadAsync(either.Token);
                WakeAll(batch.SelectMany(rules.For));
                ForgetNodes(batch);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Time for a full pass.
        }
    }

    private void WakeAll(IEnumerable<Wake> wakes)
    {
        foreach (Wake wake in wakes.Distinct())
        {
            waker.Wake(wake);
        }
    }

    private void ForgetNodes(IReadOnlyList<Change> batch)
    {
        foreach (Change change in batch)
        {
            if (change.Type == ChangeType.Deleted && change.Object.Key.Resource == Resources.Nodes)
            {
                heartbeats.Forget(change.Object.Key.Name);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Following the changes starts again")]
        public static partial void StartsAgain(ILogger logger, Exception exception);
    }
}
