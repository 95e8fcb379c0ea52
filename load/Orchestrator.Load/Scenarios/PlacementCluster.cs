using System.Globalization;
using System.Text.Json;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Load.Scenarios;

/// <summary>
/// A cluster in this process, and one stream of pods of one kind: each operation decides on a pod, explains it, and assumes it; once as many
/// are there as the case keeps, the oldest goes. There is no store and no bind.
/// </summary>
internal sealed class PlacementCluster
{
    private const int Zones = 10;

    private readonly ClusterState _cluster = new();
    private readonly Placer _placer;
    private readonly Preemptor _preemptor;
    private readonly Workload _arriving;
    private readonly Workload _filling;
    private readonly PlacementCase _case;
    private readonly Queue<(string Uid, string Node)> _placed = new();
    private long _arrivals;

    public PlacementCluster(PlacementCase placement, int nodes)
    {
        _case = placement;
        for (int i = 0; i < nodes; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"node-{i}");
            _cluster.SetNode(new NodeFacts(
                name,
                [new("cpu", "4"), new("memory", "32Gi"), new("pods", "110")],
                [new Label("kubernetes.io/hostname", name), new Label("topology.kubernetes.io/zone", $"zone-{i % Zones}")],
                [],
                false));
            _cluster.SetHypervisor(new HypervisorFacts($"{name}-containerd", name, true, ["runc"]));
        }

        var workloads = new WorkloadCatalog(_cluster);
        _arriving = Read(workloads, placement.Pod);
        _filling = Read(workloads, PlacementCase.LowPriorityPod);
        var random = new Random(1);
        _placer = new Placer(_cluster, PlacementProfile.Default, random);
        _preemptor = new Preemptor(_cluster, PlacementProfile.Default, random);
        for (int i = 0; i < nodes && placement.StartsFull; i++)
        {
            Fill(_cluster.NameOf(i)!);
        }
    }

    public int PlacedPods => _cluster.PlacedPodCount;

    /// <summary>One decision.</summary>
    public void Decide()
    {
        Placement placement = _placer.Place(_arriving);
        if (_case.IsExplained)
        {
            _placer.Report(_arriving, placement);
        }

        string? node = placement.NodeName ?? MakeRoom() ?? throw new InvalidOperationException($"{_case.Name}: a pod fits nowhere");
        string uid = string.Create(CultureInfo.InvariantCulture, $"pod-{_arrivals++}");
        _cluster.PlacePod(uid, node, _arriving, new PodRank(_case.StartsFull ? 100 : 0));
        _placed.Enqueue((uid, node));
        if (_placed.Count > _case.Kept)
        {
            (string oldest, string freed) = _placed.Dequeue();
            _cluster.RemovePod(oldest);
            if (_case.StartsFull)
            {
                Fill(freed);
            }
        }
    }

    private string? MakeRoom()
    {
        if (_preemptor.Find(_arriving, 100) is not { } plan)
        {
            return null;
        }

        foreach (PlacedPod victim in plan.Victims)
        {
            _cluster.RemovePod(victim.Uid);
        }

        return plan.NodeName;
    }

    // Four pods of 900m to a node of 4 cores, as upstream's PreemptionBasic.
    private void Fill(string node)
    {
        for (int i = 0; i < 4; i++)
        {
            _cluster.PlacePod(string.Create(CultureInfo.InvariantCulture, $"low-{node}-{i}"), node, _filling);
        }
    }

    private static Workload Read(WorkloadCatalog workloads, string json)
    {
        using JsonDocument pod = JsonDocument.Parse(json);
        return workloads.Find(pod.RootElement, "runc");
    }
}

/// <summary>A kind of pods to decide on, after upstream's scheduler_perf.</summary>
/// <param name="Name">What the report calls it.</param>
/// <param name="Pod">The pod, as JSON.</param>
/// <param name="Kept">Pods that are there at once.</param>
internal sealed record PlacementCase(string Name, string Pod, int Kept)
{
    public const string LowPriorityPod =
        """{"metadata":{"namespace":"default"},"spec":{"containers":[{"resources":{"requests":{"cpu":"900m","memory":"500Mi"}}}]}}""";

    private const string Labelled = """{"metadata":{"namespace":"default","labels":{"color":"green"}},"spec":{""";
    private const string Small = """ "containers":[{"resources":{"requests":{"cpu":"100m","memory":"500Mi"}}}]}}""";
    private const string Green = """ "labelSelector":{"matchLabels":{"color":"green"}} """;

    public bool IsExplained { get; init; } = true;

    /// <summary>All nodes are full of pods of lower priority, which give way.</summary>
    public bool StartsFull { get; init; }

    public static IReadOnlyList<PlacementCase> All { get; } =
    [
        new("simple, not explained", """{"metadata":{"namespace":"default"},"spec":{""" + Small, 10_000) { IsExplained = false },
        new("simple", """{"metadata":{"namespace":"default"},"spec":{""" + Small, 10_000),
        new("required anti-affinity by host", Labelled + Term("podAntiAffinity", "kubernetes.io/hostname") + Small, 2_000),
        new("required affinity by zone", Labelled + Term("podAffinity", "topology.kubernetes.io/zone") + Small, 5_000),
        new(
            "topology spread by zone",
            Labelled + """ "topologySpreadConstraints":[{"maxSkew":5,"topologyKey":"topology.kubernetes.io/zone","whenUnsatisfiable":"DoNotSchedule",""" + Green + "}]," + Small,
            5_000),
        new(
            "preferred topology spread by host",
            Labelled + """ "topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"kubernetes.io/hostname","whenUnsatisfiable":"ScheduleAnyway",""" + Green + "}]," + Small,
            5_000),
        new(
            "preemption",
            """{"metadata":{"namespace":"default"},"spec":{"containers":[{"resources":{"requests":{"cpu":"3","memory":"500Mi"}}}]}}""",
            2_000) { StartsFull = true },
    ];

    private static string Term(string kind, string key) =>
        $$$""" "affinity":{"{{{kind}}}":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"{{{key}}}",{{{Green}}}}]}},""";
}
