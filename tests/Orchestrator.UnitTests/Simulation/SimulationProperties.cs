using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Orchestrator.Scheduling.Simulation;

namespace Orchestrator.UnitTests.Simulation;

/// <summary>Random clusters and questions.</summary>
public sealed class SimulationProperties
{
    private static readonly Gen<RandomPod> GenPod =
        from node in Gen.Int[-1, 4]
        from cpu in Gen.Int[0, 2500]
        from owned in Gen.Int[0, 4]
        from priority in Gen.Int[0, 2]
        from apart in Gen.Int[0, 4]
        select new RandomPod(node, cpu, owned > 0, priority * 100, apart == 0);

    private static readonly Gen<RandomQuestion> GenQuestion =
        from nodes in Gen.Int[500, 6000].Array[1, 5]
        from pods in GenPod.Array[0, 25]
        from drained in Gen.Int[-1, 4]
        from lost in Gen.Int[-1, 4]
        from added in Gen.Int[0, 2]
        from replicas in Gen.Int[0, 6]
        from seed in Gen.Int[0, 100]
        select new RandomQuestion(nodes, pods, drained, lost, added, replicas, seed);

    // Where nobody is more important than anybody, nobody gives way.
    private static readonly Gen<RandomQuestion> GenPeaceful = GenQuestion.Select(q => q with { Pods = [.. q.Pods.Select(p => p with { Priority = 0 })] });

    [Fact]
    public void The_same_question_has_the_same_answer() =>
        GenQuestion.Sample(q => Assert.Equal(JsonOf(Ask(q)), JsonOf(Ask(q))));

    [Fact]
    public void Every_pod_is_accounted_for_and_no_node_gets_more_than_it_offers() => GenQuestion.Sample(q =>
    {
        SimulationReport report = Ask(q);
        int gone = report.Departures.Count(d => d.Gone);
        int after = report.Nodes.Sum(n => n.PodsAfter);
        Assert.Equal(q.Pods.Length + q.Replicas, after + report.Pending.Count + gone);
        foreach (NodeChange node in report.Nodes.Where(n => n.PodsAfter > n.PodsBefore))
        {
            UseChange cpu = node.Resources.Single(r => r.Resource == "cpu");
            Assert.True(cpu.After!.Fraction <= 1, $"{node.Name} has {cpu.After.Requested} of {cpu.After.Allocatable}");
        }
    });

    [Fact]
    public void Asking_which_nodes_are_removable_leaves_no_trace_and_what_is_removed_loses_no_pod() => GenPeaceful.Sample(q =>
    {
        SimulatedCluster cluster = ClusterOf(q);
        RemovalReport report = RemovalQuestion.Run(cluster, new SimulationQuestion { Seed = q.Seed }, default).Report!;
        Assert.Equal(cluster.Pods.Count, q.Pods.Length);
        Assert.Equal(q.Nodes.Length - report.Together.Count, cluster.NodeNames.Count);
        Assert.Equal(report.Resources.Single(r => r.Resource == "pods").Before!.Requested, report.Resources.Single(r => r.Resource == "pods").After!.Requested);
        Assert.All(report.Together, node => Assert.True(report.Nodes.Single(n => n.Node == node).Removable));
    });

    [Fact]
    public void One_more_than_fit_does_not_fit() => GenPeaceful.Sample(q =>
    {
        var question = new SimulationQuestion { Seed = q.Seed, Manifests = [Deployment(1)] };
        CapacityReport capacity = CapacityQuestion.Run(ClusterOf(q), question, 1_000, default).Report!;
        SimulationReport exactly = Simulator.Run(ClusterOf(q), question with { Manifests = [Deployment(capacity.Count)] }, default).Report!;
        SimulationReport more = Simulator.Run(ClusterOf(q), question with { Manifests = [Deployment(capacity.Count + 1)] }, default).Report!;
        Assert.DoesNotContain(exactly.Pending, p => p.Origin == PodOrigins.New);
        Assert.Single(more.Pending, p => p.Origin == PodOrigins.New);
    });

    private static string JsonOf(SimulationReport report) => JsonSerializer.Serialize(report, SimulationJson.Default.SimulationReport);

    private static SimulationReport Ask(RandomQuestion q) => Simulator.Run(
        ClusterOf(q),
        new SimulationQuestion
        {
            Seed = q.Seed,
            AddedNodes = q.Added,
            Like = "n0",
            Drained = q.Drained >= 0 && q.Drained < q.Nodes.Length && q.Drained != q.Lost ? [$"n{q.Drained}"] : [],
            Lost = q.Lost >= 0 && q.Lost < q.Nodes.Length ? [$"n{q.Lost}"] : [],
            Manifests = [Deployment(q.Replicas)],
        },
        default).Report!;

    private static JsonObject Deployment(int replicas) => new()
    {
        ["kind"] = "Deployment",
        ["metadata"] = new JsonObject { ["name"] = "new" },
        ["spec"] = new JsonObject { ["replicas"] = replicas, ["template"] = new JsonObject { ["spec"] = Spec(700) } },
    };

    private static JsonObject Spec(int cpuMilli) => new()
    {
        ["containers"] = new JsonArray(new JsonObject
        {
            ["name"] = "c",
            ["image"] = "i",
            ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = $"{cpuMilli.ToString(CultureInfo.InvariantCulture)}m" } },
        }),
    };

    private static SimulatedCluster ClusterOf(RandomQuestion q)
    {
        IEnumerable<JsonObject> nodes = q.Nodes.Select((cpu, i) => new JsonObject
        {
            ["kind"] = "Node",
            ["metadata"] = new JsonObject { ["name"] = $"n{i}", ["labels"] = new JsonObject { ["host"] = $"n{i}" } },
            ["status"] = new JsonObject { ["allocatable"] = new JsonObject { ["cpu"] = $"{cpu}m", ["pods"] = "8" } },
        });
        return SimulatedCluster.Of(nodes.Concat(q.Pods.Select((p, i) => Pod(p, i, q.Nodes.Length))).Select(o => JsonSerializer.SerializeToElement(o)));
    }

    private static JsonObject Pod(RandomPod pod, int number, int nodes)
    {
        JsonObject spec = Spec(pod.CpuMilli);
        spec["priority"] = pod.Priority;
        if (pod.Node >= 0)
        {
            spec["nodeName"] = $"n{pod.Node % nodes}";
        }

        if (pod.Apart)
        {
            spec["affinity"] = JsonNode.Parse(
                """{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"host","labelSelector":{"matchLabels":{"app":"apart"}}}]}}""");
        }

        var metadata = new JsonObject
        {
            ["name"] = $"p{number}",
            ["namespace"] = "default",
            ["labels"] = new JsonObject { ["app"] = pod.Apart ? "apart" : "x" },
        };
        if (pod.Owned)
        {
            metadata["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "ReplicaSet", ["name"] = "rs", ["uid"] = "rs", ["controller"] = true });
        }

        return new JsonObject { ["kind"] = "Pod", ["metadata"] = metadata, ["spec"] = spec };
    }

    private sealed record RandomPod(int Node, int CpuMilli, bool Owned, int Priority, bool Apart);

    private sealed record RandomQuestion(int[] Nodes, RandomPod[] Pods, int Drained, int Lost, int Added, int Replicas, int Seed);
}
