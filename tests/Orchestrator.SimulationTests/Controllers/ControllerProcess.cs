using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Apps.DaemonSets;
using Orchestrator.Grains.Apps.Deployments;
using Orchestrator.Grains.Apps.ReplicaSets;
using Orchestrator.Grains.Apps.StatefulSets;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Feed;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.SimulationTests.Controllers;

/// <summary>
/// One server's controllers: woken by its own store's changes, late and in any order, and by a slow tick; each key reconciled by the code that the grains
/// run. Several of these at once are the duplicate activations that Orleans may have for a moment, here all the time.
/// </summary>
internal sealed class ControllerProcess
{
    private static readonly TimeSpan Tick = TimeSpan.FromMinutes(1);

    private readonly SimulatedStore _store;
    private readonly SeededTaskScheduler _scheduler;
    private readonly Random _random;
    private readonly AppsParts _parts;
    private readonly AppsWakes _wakes;
    private readonly Dictionary<Wake, IAppsPlanner> _planners = [];
    private readonly HashSet<Wake> _woken = [];
    private readonly HashSet<Wake> _running = [];
    private bool _isEnding;

    public ControllerProcess(SimulatedStore store, SeededTaskScheduler scheduler, Random random)
    {
        _store = store;
        _scheduler = scheduler;
        _random = random;
        var sightings = new OrphanSightings();
        _parts = new AppsParts(store, SilentRecorder.Instance, scheduler.Time, new StampingAdmission(random, scheduler.Time), sightings);
        _wakes = new AppsWakes(store, sightings);
    }

    /// <summary>What went wrong that must not.</summary>
    public Exception? Failure { get; private set; }

    public async Task RunAsync()
    {
        while (!_isEnding)
        {
            try
            {
                using IChangeSubscription changes = _store.Subscribe(null, null, _store.Revision);
                WakeAll(_wakes.All());
                while (!_isEnding)
                {
                    using var tick = new CancellationTokenSource(Tick, _scheduler.Time);
                    WakeAll((await changes.ReadAsync(tick.Token)).SelectMany(_wakes.For));
                }
            }
            catch (Exception e) when (e is SubscriptionLaggedException or OperationCanceledException)
            {
                // Cut off, or time for a full pass: from the start.
            }
        }
    }

    public void End() => _isEnding = true;

    private void WakeAll(IEnumerable<Wake> wakes)
    {
        foreach (Wake wake in wakes)
        {
            if (_woken.Add(wake))
            {
                _ = _scheduler.Start(() => DeliverAsync(wake));
            }
        }
    }

    private async Task DeliverAsync(Wake wake)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(0, 300)), _scheduler.Time);
        if (!_running.Add(wake))
        {
            await DeliverAsync(wake);
            return;
        }

        _woken.Remove(wake);
        TimeSpan? again = await ReconcileAsync(wake);
        _running.Remove(wake);
        if (again is { } pause && !_isEnding)
        {
            await Task.Delay(pause, _scheduler.Time);
            WakeAll([wake]);
        }
    }

    private async Task<TimeSpan?> ReconcileAsync(Wake wake)
    {
        if (!_planners.TryGetValue(wake, out IAppsPlanner? planner))
        {
            _planners[wake] = planner = Planner(wake.Reconciler);
        }

        string[] key = wake.Key.Split('/');
        try
        {
            ReconcilePlan plan = await new Reconciliation(_store, SilentRecorder.Instance, _scheduler.Time, _parts.Admission).RunAsync(
                now => _store.Get(new ObjectKey(planner.Kind.Resource, key[0], key[1])) is { } stored ? planner.Plan(stored, now) : ReconcilePlan.Gone, CancellationToken.None);
            return plan.LookAgainAfter;
        }
        catch (StoreUnavailableException)
        {
            return TimeSpan.FromSeconds(1);
        }
        catch (Exception e)
        {
            Failure ??= e;
            return null;
        }
    }

    private IAppsPlanner Planner(Reconciler reconciler) => reconciler switch
    {
        Reconciler.Deployment => new DeploymentPlanner(_parts),
        Reconciler.ReplicaSet => new ReplicaSetPlanner(_parts, ControllerKind.ReplicaSet),
        Reconciler.StatefulSet => new StatefulSetPlanner(_parts),
        Reconciler.DaemonSet => new DaemonSetPlanner(_parts),
        _ => new ReplicaSetPlanner(_parts, ControllerKind.ReplicationController),
    };

    private sealed class SilentRecorder : IEventRecorder
    {
        public static readonly SilentRecorder Instance = new();

        public void Record(ObservedEvent observed)
        {
        }
    }
}
