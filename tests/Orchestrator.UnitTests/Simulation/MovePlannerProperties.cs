using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Planning;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Scheduling.Simulation;

namespace Orchestrator.UnitTests.Simulation;

/// <summary>Plans for random clusters, carried out move by move on a copy that knows nothing of how they were found.</summary>
public sealed class MovePlannerProperties
{
    private static readonly string[] Goals = [PlanGoals.Rebalance, PlanGoals.Defragment, PlanGoals.MakeRoom];

    private static readonly Gen<RandomPod> GenPod =
        from node in Gen.Int[-1, 4]
        from cpu in Gen.Int[100, 2000]
        from kind in Gen.Int[0, 5]
        from app in Gen.OneOf("x", "y")
        from apart in Gen.Int[0, 4]
        select new RandomPod(node, cpu, kind > 0, kind == 5, app, apart == 0);

    private static readonly Gen<RandomCluster> GenCluster =
        from nodes in Gen.Int[1000, 6000].Array[2, 5]
        from pods in GenPod.Array[0, 20]
        from allowed in Gen.Int[0, 3]
        from cordoned in Gen.Int[-3, 4]
        select new RandomCluster(nodes, pods, allowed, cordoned);

    [Fact]
    public void Each_move_is_possible_when_those_before_it_are_done() => GenCluster.Sample(c =>
    {
        foreach (string goal in Goals)
        {
            SimulatedCluster cluster = ClusterOf(c);
            foreach (PlannedMove move in Plan(c, goal).Moves)
            {
                SimulatedPod pod = cluster.Pods.Single(p => p.Key == move.Pod);
                Assert.Equal(move.From, pod.Facts.NodeName);
                Assert.True(pod.Controller is not null || move.How == MoveKinds.Migrate, $"{move.Pod} would be gone");
                cluster.RemovePod(pod.Facts.Uid);
                AssertAdmitted(cluster.State, pod, move.To);
                cluster.Place(pod, move.To);
            }
        }
    });

    [Fact]
    public void Restarts_keep_the_budgets() => GenCluster.Sample(c =>
    {
        SimulatedCluster cluster = ClusterOf(c);
        foreach (string goal in Goals)
        {
            string[] restarted = [.. Plan(c, goal).Moves.Where(m => m.How == MoveKinds.Restart).Select(m => m.Pod)];
            foreach (DisruptionBudget budget in cluster.Budgets)
            {
                Assert.True(restarted.Count(r => budget.Protects(cluster.Pods.Single(p => p.Key == r).Workload!.Value.Identity)) <= budget.Allowed);
            }
        }
    });

    [Fact]
    public void A_plan_makes_nothing_worse_and_no_pod_goes_back() => GenCluster.Sample(c =>
    {
        MovePlan rebalance = Plan(c, PlanGoals.Rebalance);
        Assert.True(rebalance.Moves.Count == 0 || Squares(rebalance, n => n.Before) > Squares(rebalance, n => n.After));
        MovePlan defragment = Plan(c, PlanGoals.Defragment);
        Assert.True(defragment.Nodes.Count(n => n.PodsAfter == 0) >= defragment.Nodes.Count(n => n.PodsBefore == 0));
        foreach (MovePlan plan in (MovePlan[])[rebalance, defragment, Plan(c, PlanGoals.MakeRoom)])
        {
            var been = new HashSet<(string, string)>();
            Assert.All(plan.Moves, m => Assert.True(been.Add((m.Pod, m.From)), $"{m.Pod} comes back to {m.From}"));
            Assert.InRange(plan.Nodes.Sum(n => n.PodsAfter) - plan.Nodes.Sum(n => n.PodsBefore), 0, plan.Goal == PlanGoals.MakeRoom ? c.Pods.Length : 0);
        }
    });

    // With a budget that keeps nothing: else a second plan may restart what the first one might not.
    [Fact]
    public void What_was_carried_out_leaves_nothing_to_rebalance() => GenCluster.Sample(random =>
    {
        RandomCluster c = random with { Allowed = 1_000 };
        SimulatedCluster after = ClusterOf(c);
        foreach (PlannedMove move in Plan(c, PlanGoals.Rebalance).Moves)
        {
            after.Place(after.Pods.Single(p => p.Key == move.Pod), move.To);
        }

        Assert.Empty(MovePlanner.Plan(after, PlanGoals.Rebalance, new SimulationQuestion(), new PlanOptions(), default).Report!.Moves);
    });

    [Fact]
    public void The_same_cluster_has_the_same_plan() => GenCluster.Sample(c =>
    {
        foreach (string goal in Goals)
        {
            Assert.Equal(Text(Plan(c, goal)), Text(Plan(c with { Pods = [.. c.Pods] }, goal)));
        }
    });

    private static string Text(MovePlan plan) => JsonSerializer.Serialize(plan, MovePlanJson.Default.MovePlan);

    private static MovePlan Plan(RandomCluster c, string goal) =>
        MovePlanner.Plan(ClusterOf(c), goal, new SimulationQuestion(), new PlanOptions(), default).Report!;

    private static double Squares(MovePlan plan, Func<UseChange, ResourceUse?> at) =>
        plan.Nodes.Sum(n => n.Resources.Where(r => r.Resource == "cpu").Sum(r => Math.Pow(at(r)?.Fraction ?? 0, 2)));

    private static void AssertAdmitted(ClusterState state, SimulatedPod pod, string node)
    {
        Assert.True(state.TryFindSlot(node, out int slot));
        for (int i = 0; i < PlacementProfile.Default.FilterCount; i++)
        {
            IFilter filter = PlacementProfile.Default.FilterAt(i);
            Assert.True(filter.Admits(state, slot, pod.Workload!.Value), $"{filter.Name} does not let {pod.Key} go to {node}");
        }
    }

    private static SimulatedCluster ClusterOf(RandomCluster c)
    {
        IEnumerable<JsonObject> nodes = c.Nodes.Select((cpu, i) => new JsonObject
        {
            ["kind"] = "Node",
            ["metadata"] = new JsonObject { ["name"] = $"n{i}", ["labels"] = new JsonObject { ["host"] = $"n{i}" } },
            ["spec"] = new JsonObject { ["unschedulable"] = i == c.Cordoned },
            ["status"] = new JsonObject { ["allocatable"] = new JsonObject { ["cpu"] = $"{cpu}m", ["pods"] = "8" } },
        });
        JsonObject[] others =
        [
            JsonNode.Parse("""{"kind":"RuntimeClass","metadata":{"name":"vm"},"handler":"vm"}""")!.AsObject(),
            new JsonObject
            {
                ["kind"] = "PodDisruptionBudget",
                ["metadata"] = new JsonObject { ["name"] = "b", ["namespace"] = "default" },
                ["spec"] = JsonNode.Parse("""{"selector":{"matchLabels":{"app":"x"}}}"""),
                ["status"] = new JsonObject { ["disruptionsAllowed"] = c.Allowed },
            },
        ];
        return SimulatedCluster.Of([.. nodes.Concat(others).Concat(c.Pods.Select((p, i) => Pod(p, i, c.Nodes.Length))).Select(o => JsonSerializer.SerializeToElement(o))]);
    }

    private static JsonObject Pod(RandomPod pod, int number, int nodes)
    {
        var spec = new JsonObject
        {
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "c",
                ["image"] = "i",
                ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = $"{pod.CpuMilli.ToString(CultureInfo.InvariantCulture)}m" } },
            }),
        };
        if (pod.Node >= 0)
        {
            spec["nodeName"] = $"n{pod.Node % nodes}";
        }

        if (pod.IsMachine)
        {
            spec["runtimeClassName"] = "vm";
        }

        if (pod.Apart)
        {
            spec["affinity"] = JsonNode.Parse(
                """{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"host","labelSelector":{"matchLabels":{"part":"apart"}}}]}}""");
        }

        var metadata = new JsonObject
        {
            ["name"] = $"p{number}",
            ["namespace"] = "default",
            ["labels"] = new JsonObject { ["app"] = pod.App, ["part"] = pod.Apart ? "apart" : "other" },
        };
        if (pod.Owned)
        {
            metadata["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "ReplicaSet", ["name"] = "rs", ["uid"] = "rs", ["controller"] = true });
        }

        return new JsonObject { ["kind"] = "Pod", ["metadata"] = metadata, ["spec"] = spec };
    }

    private sealed record RandomPod(int Node, int CpuMilli, bool Owned, bool IsMachine, string App, bool Apart);

    private sealed record RandomCluster(int[] Nodes, RandomPod[] Pods, int Allowed, int Cordoned);
}
