using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Jobs;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Batch;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.SimulationTests.Jobs;

/// <summary>
/// Two activations that look after one Job, each on a store of its own that lags and fails, against agents that run its pods, some to failure, and
/// users who delete pods and suspend the Job. First with faults, then without, until the Job has ended.
/// </summary>
internal sealed class JobSimulation
{
    public const int Completions = 12;
    public const int Parallelism = 4;

    private static readonly StoreFaults Faults = new() { CommitLost = 0.05, ReplyLost = 0.05, CommitLate = 0.03, Unavailable = 0.05 };

    private readonly SeededTaskScheduler _scheduler;
    private readonly Random _random;
    private readonly SimulatedStore[] _stores;
    private readonly SimulatedStore _users;

    public JobSimulation(int seed, bool isIndexed)
    {
        _scheduler = new SeededTaskScheduler(seed);
        _random = new Random(seed);
        Database = new SimulatedDatabase(BuiltInKinds.Registry());
        Invariants = new JobInvariants(Database);
        _stores = [.. Enumerable.Range(0, 2).Select(_ => new SimulatedStore(Database, _scheduler, new Random(_random.Next())) { Faults = Faults })];
        _users = new SimulatedStore(Database, _scheduler, new Random(_random.Next()));
        Database.Commit([ClusterObjects.Create("jobs.batch", Job(isIndexed))], null);
    }

    public SimulatedDatabase Database { get; }

    public JobInvariants Invariants { get; }

    public JsonObject Status => ClusterObjects.Read(Database.All("jobs.batch").Single()).Child("status")!;

    public void Run() => _scheduler.Run(PlayAsync, TimeSpan.FromHours(50));

    private static JsonObject Job(bool isIndexed)
    {
        var job = new JsonObject
        {
            ["apiVersion"] = "batch/v1",
            ["kind"] = "Job",
            ["metadata"] = new JsonObject { ["name"] = "work", ["namespace"] = "default", ["uid"] = "job-uid", ["creationTimestamp"] = "2026-01-01T00:00:00Z" },
            ["spec"] = new JsonObject
            {
                ["completions"] = Completions,
                ["parallelism"] = Parallelism,
                ["backoffLimit"] = 1000,
                ["completionMode"] = isIndexed ? "Indexed" : "NonIndexed",
                ["template"] = new JsonObject
                {
                    ["spec"] = new JsonObject { ["restartPolicy"] = "Never", ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "x" }) },
                },
            },
        };
        BuiltInKinds.Registry().FindKind("batch/v1", "Job")!.Rules.Default(job);
        JobIdentity.Give(job);
        return job;
    }

    private async Task PlayAsync()
    {
        using var ending = new CancellationTokenSource();
        foreach (SimulatedStore store in _stores.Append(_users))
        {
            store.Follow(ending.Token);
        }

        Task[] loops = [.. _stores.Select(store => _scheduler.Start(() => LoopAsync(store, ending.Token)))];
        for (int i = 0; i < 150; i++)
        {
            await PauseAsync(_random.Next(3000));
            await StepAsync(meddles: i < 120);
        }

        Array.ForEach(_stores, store => store.Faults = StoreFaults.None);
        for (int i = 0; i < 3000 && !HasEnded(); i++)
        {
            await PauseAsync(5000);
            await StepAsync(meddles: false);
        }

        // Both look again at what has ended: nothing may come of it.
        await PauseAsync(60_000);
        Cancel(ending);
        await Task.WhenAll(loops);
    }

    // On this thread: CancelAsync would use another, and with that leave the seed's course.
    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    private bool HasEnded() => Status.Items("conditions").Any(c => c.Item.Text("type") is "Complete" or "Failed" && c.Item.Text("status") == "True");

    private async Task LoopAsync(SimulatedStore store, CancellationToken cancel)
    {
        var admission = new FreeAdmission(new Random(_random.Next()));
        var planner = new JobPlanner(new AppsParts(store, SilentEvents.Instance, _scheduler.Time, admission, new OrphanSightings()));
        var reconciliation = new Reconciliation(store, SilentEvents.Instance, _scheduler.Time, admission);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await reconciliation.RunAsync(now => planner.Plan("default/work", now), CancellationToken.None);
            }
            catch (StoreUnavailableException)
            {
                // Looked at again.
            }

            await PauseAsync(_random.Next(1, 4000));
        }
    }

    private async Task StepAsync(bool meddles)
    {
        StoredObject[] pods = [.. _users.List("pods").Items];
        foreach (StoredObject pod in pods.Where(_ => _random.Next(3) == 0))
        {
            if (Live(pod) is { } mutation)
            {
                await _users.CommitAsync(mutation);
            }
        }

        if (meddles && _random.Next(10) == 0 && pods.Length > 0)
        {
            StoredObject victim = pods[_random.Next(pods.Length)];
            if (!victim.IsTerminating)
            {
                await _users.CommitAsync(ClusterObjects.Change(victim, MarkDeleted));
            }
        }

        if (_random.Next(25) == 0 || !meddles)
        {
            StoredObject job = _users.List("jobs.batch").Items[0];
            bool suspend = meddles && _random.Next(2) == 0;
            if (ClusterObjects.Read(job).Child("spec").Flag("suspend") != suspend)
            {
                await _users.CommitAsync(ClusterObjects.Change(job, j => j["spec"]!["suspend"] = suspend));
            }
        }
    }

    // What agents do: pods begin, end well or badly, and are let go when they were told to end and nothing holds them.
    private Mutation? Live(StoredObject pod)
    {
        string phase = pod.Fields["status.phase"];
        if (pod.IsTerminating)
        {
            bool isHeld = ClusterObjects.Read(pod).Child("metadata").Array("finalizers") is { Count: > 0 };
            return !isHeld ? new DeleteObject(pod.Key, pod.Revision)
                : phase is "Succeeded" or "Failed" ? null
                : ClusterObjects.Change(pod, p => p["status"]!["phase"] = _random.Next(3) == 0 ? "Succeeded" : "Failed");
        }

        return phase switch
        {
            "Pending" => ClusterObjects.Change(pod, p => p["status"]!["phase"] = "Running"),
            "Running" => ClusterObjects.Change(pod, p => p["status"]!["phase"] = _random.Next(3) == 0 ? "Failed" : "Succeeded"),
            _ => null,
        };
    }

    private static void MarkDeleted(JsonObject pod)
    {
        pod["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z";
        pod["metadata"]!["deletionGracePeriodSeconds"] = 0;
    }

    private Task PauseAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), _scheduler.Time, CancellationToken.None);

    private sealed class SilentEvents : IEventRecorder
    {
        public static readonly SilentEvents Instance = new();

        public void Record(ObservedEvent observed)
        {
        }
    }

    /// <summary>Admits everything, with names and uids of the seed.</summary>
    private sealed class FreeAdmission(Random random) : IObjectAdmission
    {
        public ValueTask<AdmittedObjects> AdmitAsync(NewObjects wanted, CancellationToken cancel)
        {
            var objects = new List<CreateObject>();
            foreach (JsonObject body in wanted.Bodies)
            {
                JsonObject metadata = body.Child("metadata")!;
                metadata["name"] ??= $"{metadata.Text("generateName")}{random.Next():x8}";
                metadata["namespace"] = wanted.Namespace;
                metadata["uid"] = $"uid-{random.NextInt64():x16}";
                body["status"] = new JsonObject { ["phase"] = "Pending" };
                objects.Add(ClusterObjects.Create(wanted.Resource, body));
            }

            return new(new AdmittedObjects(objects, [], null));
        }
    }
}
