using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Grains.Scheduling;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.SimulationTests.Scheduling;

/// <summary>
/// Two activations of one scheduler, each on a store of its own that lags and fails, against users who create, change and delete pods and cordon
/// nodes. First with faults, then without, until it has come to rest.
/// </summary>
internal sealed class SchedulerSimulation
{
    private const int Nodes = 6;
    private const int Pods = 40;

    private static readonly StoreFaults Faults = new()
    {
        CommitLost = 0.05,
        ReplyLost = 0.05,
        CommitLate = 0.05,
        SubscriptionCut = 0.01,
        Unavailable = 0.05,
    };

    private readonly SeededTaskScheduler _scheduler;
    private readonly Random _random;
    private readonly SimulatedStore[] _stores;
    private readonly SimulatedStore _users;

    public SchedulerSimulation(int seed)
    {
        _scheduler = new SeededTaskScheduler(seed);
        _random = new Random(seed);
        Database = new SimulatedDatabase(BuiltInKinds.Registry());
        Invariants = new ClusterInvariants(Database);
        _stores = [.. Enumerable.Range(0, 2).Select(_ => new SimulatedStore(Database, _scheduler, new Random(_random.Next())) { Faults = Faults })];
        _users = new SimulatedStore(Database, _scheduler, new Random(_random.Next()));
    }

    public SimulatedDatabase Database { get; }

    public ClusterInvariants Invariants { get; }

    public void Run()
    {
        CreateNodes();
        _scheduler.Run(PlayAsync, TimeSpan.FromHours(1));
    }

    private void CreateNodes()
    {
        for (int i = 0; i < Nodes; i++)
        {
            string name = $"node-{i}";
            string cpu = _random.Next(2, 5).ToString(CultureInfo.InvariantCulture);
            Database.Commit(
            [
                ClusterObjects.Create("nodes", ClusterObjects.Node(name, cpu)),
                ClusterObjects.Create("hypervisors.orchestrator.dev", ClusterObjects.Hypervisor(name, "containerd", "runc")),
            ], null);
        }
    }

    private async Task PlayAsync()
    {
        using var ending = new CancellationTokenSource();
        foreach (SimulatedStore store in _stores.Append(_users))
        {
            store.Follow(ending.Token);
        }

        Task[] loops = [.. _stores.Select(store => _scheduler.Start(() => LoopOn(store, ending.Token)))];
        await UseAsync();

        // From here on nothing fails any more, though there are still two activations, which fence each other in turn.
        Array.ForEach(_stores, store => store.Faults = StoreFaults.None);
        for (int i = 0; i < 60; i++)
        {
            await PauseAsync(TimeSpan.FromSeconds(10));
            await LetGoAsync();
        }

        Cancel(ending);
        await Task.WhenAll(loops);
    }

    // On this thread: CancelAsync would use another, and with that leave the seed's course.
    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    private Task LoopOn(SimulatedStore store, CancellationToken cancel)
    {
        // Small batches make for more interleavings.
        var options = new SchedulerOptions { BatchSize = 4, BatchesInFlight = 3 };
        return new SchedulerLoop(store, options, SilentSink.Instance, _scheduler.Time, new Random(_random.Next()), NullLogger.Instance).RunAsync(cancel);
    }

    private async Task UseAsync()
    {
        for (int i = 0; i < Pods; i++)
        {
            await PauseAsync(TimeSpan.FromMilliseconds(_random.Next(300)));
            string cpu = $"{_random.Next(1, 15)}00m";
            JsonObject pod = ClusterObjects.Pod($"pod-{i}", cpu);
            pod["spec"]!["priority"] = _random.Next(3);
            await _users.CommitAsync(ClusterObjects.Create("pods", pod));
            await MeddleAsync();
            await LetGoAsync();
        }
    }

    // What agents do: pods that were told to end are gone a while later.
    private async Task LetGoAsync()
    {
        foreach (StoredObject pod in _users.List("pods").Items.Where(p => p.IsTerminating && _random.Next(2) == 0).ToArray())
        {
            await _users.CommitAsync(new DeleteObject(pod.Key, pod.Revision));
        }
    }

    // Changes that race with binds. Lost races are the users' own business.
    private async Task MeddleAsync()
    {
        StoredObject[] pods = [.. _users.List("pods").Items];
        StoredObject pod = pods[_random.Next(pods.Length)];
        StoredObject[] nodes = [.. _users.List("nodes").Items];
        StoredObject node = nodes[_random.Next(nodes.Length)];
        Mutation mutation = _random.Next(4) switch
        {
            0 => new DeleteObject(pod.Key, pod.Revision),
            1 => ClusterObjects.Change(node, n => n["spec"]!["unschedulable"] = _random.Next(3) == 0),
            _ => ClusterObjects.Change(pod, p => p["metadata"]!["labels"] = new JsonObject { ["touched"] = $"{_random.Next()}" }),
        };
        await _users.CommitAsync(mutation);
    }

    private Task PauseAsync(TimeSpan time) => Task.Delay(time, _scheduler.Time, CancellationToken.None);

    private sealed class SilentSink : IDecisionSink
    {
        public static readonly SilentSink Instance = new();

        public void Decided(string scheduler, long epoch, long revision, IReadOnlyList<SchedulingDecision> decisions)
        {
        }

        public void Preempted(string scheduler, PreemptionVictim victim, CommitOutcome outcome)
        {
        }

        public void Written(string scheduler, SchedulingDecision decision, CommitOutcome outcome, TimeSpan duration)
        {
        }

        public void QueueIs(string scheduler, int ready, int backingOff, int unschedulable)
        {
        }

        public void Stopped(string scheduler)
        {
        }
    }
}
