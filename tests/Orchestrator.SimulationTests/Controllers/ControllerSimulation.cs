using System.Text.Json.Nodes;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Json;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.SimulationTests.Controllers;

/// <summary>
/// Two servers' controllers on one cluster, all of them on every object, with stores that lag and fail between any two writes; agents that run what is
/// bound and end what is to end; and a user who rolls one workload out again and again. First with faults, then without, until it has come to rest.
/// </summary>
internal sealed class ControllerSimulation
{
    public const string Name = "web";
    private const int Nodes = 4;

    private static readonly StoreFaults Faults = new()
    {
        CommitLost = 0.05,
        ReplyLost = 0.05,
        CommitLate = 0.05,
        SubscriptionCut = 0.02,
        Unavailable = 0.05,
    };

    private readonly SeededTaskScheduler _scheduler;
    private readonly Random _random;
    private readonly SimulatedStore[] _stores;
    private readonly ControllerProcess[] _processes;
    private readonly SimulatedStore _users;
    private readonly Func<JsonObject> _workload;
    private int _version = 1;

    /// <param name="seed">Decides everything.</param>
    /// <param name="resource">Storage name of the workload's kind.</param>
    /// <param name="workload">The workload, of the image <c>v1</c>.</param>
    /// <param name="invariants">Sees every change.</param>
    public ControllerSimulation(int seed, string resource, Func<JsonObject> workload, Func<SimulatedDatabase, PodInvariants> invariants)
    {
        _scheduler = new SeededTaskScheduler(seed);
        _random = new Random(seed);
        _workload = workload;
        Resource = resource;
        Database = new SimulatedDatabase(BuiltInKinds.Registry());
        Invariants = invariants(Database);
        _stores = [.. Enumerable.Range(0, 2).Select(_ => new SimulatedStore(Database, _scheduler, new Random(_random.Next())) { Faults = Faults })];
        _processes = [.. _stores.Select(s => new ControllerProcess(s, _scheduler, new Random(_random.Next())))];
        _users = new SimulatedStore(Database, _scheduler, new Random(_random.Next()));
    }

    public string Resource { get; }

    public SimulatedDatabase Database { get; }

    public PodInvariants Invariants { get; }

    /// <summary>The image that all pods are to have in the end.</summary>
    public string Image => $"v{_version}";

    public void Run() => _scheduler.Run(PlayAsync, TimeSpan.FromHours(6));

    private async Task PlayAsync()
    {
        for (int i = 0; i < Nodes; i++)
        {
            Database.Commit([ClusterObjects.Create("nodes", ClusterObjects.Node($"node-{i}"))], null);
        }

        using var ending = new CancellationTokenSource();
        foreach (SimulatedStore store in _stores.Append(_users))
        {
            store.Follow(ending.Token);
        }

        Task[] loops = [.. _processes.Select(p => _scheduler.Start(p.RunAsync))];
        await _users.CommitAsync(ClusterObjects.Create(Resource, _workload()));
        await UseAsync(rounds: 25);
        Array.ForEach(_stores, store => store.Faults = StoreFaults.None);
        await UseAsync(rounds: 60, rollsOut: false);
        Array.ForEach(_processes, p => p.End());
        await Task.WhenAll(loops);
        Cancel(ending);
        if (_processes.Select(p => p.Failure).FirstOrDefault(f => f is not null) is { } failure)
        {
            throw new InvalidOperationException("a controller failed", failure);
        }
    }

    // On this thread: CancelAsync would use another, and with that leave the seed's course.
    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    private async Task UseAsync(int rounds, bool rollsOut = true)
    {
        for (int i = 0; i < rounds; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(200, 4000)), _scheduler.Time);
            await WorkAsync(doesAll: !rollsOut);
            if (rollsOut && _random.Next(6) == 0)
            {
                await RollOutAsync();
            }
        }
    }

    private async Task RollOutAsync()
    {
        StoredObject stored = Database.All(Resource).Single();
        _version++;
        CommitResult result = await _users.CommitAsync(ClusterObjects.Change(stored, w =>
        {
            w["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = Image;
            w["metadata"]!["generation"] = (w["metadata"]!["generation"].AsInteger() ?? 1) + 1;
        }));
        _version -= result.Outcome == CommitOutcome.Committed ? 0 : 1;
    }

    // What the scheduler and the agents do, for a pod here and there.
    private async Task WorkAsync(bool doesAll)
    {
        foreach (StoredObject pod in _users.List("pods").Items.Where(_ => doesAll || _random.Next(2) == 0).ToArray())
        {
            Mutation? mutation = pod.IsTerminating ? new DeleteObject(pod.Key, pod.Revision)
                : pod.Fields["status.phase"] == "Pending" ? ClusterObjects.Change(pod, Start)
                : null;
            if (mutation is not null)
            {
                await _users.CommitAsync(mutation);
            }
        }
    }

    /// <summary>The node that a daemon is for.</summary>
    public static string NodeMeantFor(StoredObject pod) => MeantFor(ClusterObjects.Read(pod)) ?? "";

    private static string? MeantFor(JsonObject pod) => pod.Child("spec", "affinity").Child("nodeAffinity")
        ?["requiredDuringSchedulingIgnoredDuringExecution"]?["nodeSelectorTerms"]?[0]?["matchFields"]?[0]?["values"]?[0].AsText();

    private void Start(JsonObject pod)
    {
        pod["spec"]!["nodeName"] = MeantFor(pod) ?? $"node-{_random.Next(Nodes)}";
        pod["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "Ready",
                ["status"] = "True",
                ["lastTransitionTime"] = _scheduler.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
            }),
        };
    }
}
