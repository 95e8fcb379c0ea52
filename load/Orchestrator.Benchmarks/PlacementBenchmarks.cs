using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Benchmarks;

/// <summary>
/// Decisions on simple workloads, as upstream's scheduler_perf SchedulingBasic: pods of one template, each assumed on its node before the next
/// is decided. One operation is one decision; there is no store and no bind.
/// </summary>
[MemoryDiagnoser]
public class PlacementBenchmarks
{
    // As many as fit by count of pods on the smallest cluster, so that no run meets a full one.
    private const int PodsPerRun = 10_000;

    private static readonly JsonElement Pod = JsonDocument.Parse(
        """{"spec":{"containers":[{"resources":{"requests":{"cpu":"100m","memory":"500Mi"}}}]}}""").RootElement;

    private ClusterState _cluster = new();
    private Workload _workload;
    private Placer _placer = null!;

    [Params(5_000, 100_000)]
    public int Nodes { get; set; }

    [IterationSetup]
    public void Fill()
    {
        _cluster = new ClusterState();
        for (int i = 0; i < Nodes; i++)
        {
            string name = $"node-{i}";
            _cluster.SetNode(new NodeFacts(
                name, [new("cpu", "4"), new("memory", "32Gi"), new("pods", "110")], [new Label("kubernetes.io/hostname", name)], [], false));
            _cluster.SetHypervisor(new HypervisorFacts($"{name}-containerd", name, true, ["runc"]));
        }

        _workload = new WorkloadCatalog(_cluster).Find(Pod, "runc");
        _placer = new Placer(_cluster, PlacementProfile.Default, new Random(1));
    }

    [Benchmark(OperationsPerInvoke = PodsPerRun)]
    public void Decide()
    {
        for (int i = 0; i < PodsPerRun; i++)
        {
            Placement placement = _placer.Place(_workload);
            _cluster.PlacePod($"pod-{i}", placement.NodeName!, _workload);
        }
    }

    [Benchmark(OperationsPerInvoke = PodsPerRun)]
    public int DecideAndExplain()
    {
        int shown = 0;
        for (int i = 0; i < PodsPerRun; i++)
        {
            Placement placement = _placer.Place(_workload);
            shown += _placer.Report(_workload, placement).Scores.Count;
            _cluster.PlacePod($"pod-{i}", placement.NodeName!, _workload);
        }

        return shown;
    }
}
