using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Events;
using Orchestrator.Store;

namespace Orchestrator.Grains.Reconciling;

/// <summary>
/// The machinery of reconcilers: woken, or now and then by itself, it plans from what is stored and applies the plan. Every write is a
/// compare-and-swap, so a second activation, which Orleans may have for a moment, does no harm; a lost race is planned anew.
/// </summary>
internal abstract partial class ReconcilingGrain(
    IObjectStore store, IEventRecorder events, TimeProvider time, ILogger logger, IObjectAdmission? admission = null) : Grain, IReconcilerGrain
{
    private static readonly TimeSpan SlowTick = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestRetryDelay = TimeSpan.FromSeconds(30);

    private IGrainTimer? _timer;
    private bool _isWoken;
    private readonly Reconciliation _reconciliation = new(store, events, time, admission);
    private TimeSpan _retryDelay = Reconciliation.FirstRetryDelay;

    protected IObjectStore Store => store;

    protected TimeProvider Time => time;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _timer = this.RegisterGrainTimer(ReconcileAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { KeepAlive = true });
        return Task.CompletedTask;
    }

    public Task WakeAsync()
    {
        _isWoken = true;
        _timer?.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    /// <summary>Reads what a plan needs that is not stored; before each look.</summary>
    protected virtual ValueTask PrepareAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    /// <summary>What should be done now, from what is stored. Without effects.</summary>
    protected abstract ReconcilePlan Plan(DateTimeOffset now);

    private async Task ReconcileAsync(CancellationToken cancel)
    {
        TimeSpan next;
        try
        {
            next = await PlanAndApplyAsync(cancel);
            _retryDelay = Reconciliation.FirstRetryDelay;
        }
        catch (StoreUnavailableException e)
        {
            Log.StoreUnavailable(logger, e, this.GetPrimaryKeyString());
            next = _retryDelay;
            _retryDelay = _retryDelay * 2 < LongestRetryDelay ? _retryDelay * 2 : LongestRetryDelay;
        }

        _timer?.Change(_isWoken ? TimeSpan.Zero : next, Timeout.InfiniteTimeSpan);
    }

    private async Task<TimeSpan> PlanAndApplyAsync(CancellationToken cancel)
    {
        await PrepareAsync(cancel);
        ReconcilePlan plan = await _reconciliation.RunAsync(
            now =>
            {
                _isWoken = false;
                return Plan(now);
            },
            cancel);
        if (plan.IsGone)
        {
            DeactivateOnIdle();
        }

        return plan.LookAgainAfter ?? SlowTick;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Reconciling {Key} waits for the store")]
        public static partial void StoreUnavailable(ILogger logger, Exception exception, string key);
    }
}
