using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Scheduling.Planning;
using Orchestrator.Scheduling.Simulation;

namespace Orchestrator.UnitTests.Simulation;

public sealed class MovePlanTests
{
    [Fact]
    public void Rebalancing_migrates_machines_before_it_restarts_containers()
    {
        MovePlan plan = Plan(PlanGoals.Rebalance, [Node("a"), Node("b"), Pod("c1", "a", 1), Pod("c2", "a", 1), Pod("vm", "a", 1, "vm", owned: false)]);
        PlannedMove move = Assert.Single(plan.Moves);
        Assert.Equal(new PlannedMove("default/vm", null, "a", "b", MoveKinds.Migrate, 1), move);
    }

    [Fact]
    public void Rebalancing_leaves_alone_what_is_within_the_tolerance()
    {
        MovePlan plan = Plan(PlanGoals.Rebalance, [Node("a"), Node("b"), Pod("c1", "a", 2), Pod("c2", "a", 1), Pod("c3", "b", 3)]);
        Assert.Empty(plan.Moves);
        Assert.StartsWith("nothing to do: ", plan.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Defragmenting_empties_the_cheapest_node_whole_or_not_at_all()
    {
        MovePlan plan = Plan(
            PlanGoals.Defragment,
            [Node("a"), Node("b"), Node("c"), Pod("a1", "a", 1), Pod("b1", "b", 1), Pod("b2", "b", 1), Pod("bare", "c", 1, owned: false)]);
        PlannedMove move = Assert.Single(plan.Moves);
        Assert.Equal(("default/a1", "b", MoveKinds.Restart), (move.Pod, move.To, move.How));
        Assert.Equal(0, plan.Nodes.Single(n => n.Name == "a").PodsAfter);
    }

    [Fact]
    public void Room_is_made_by_the_cheapest_moves_and_nobody_gives_way()
    {
        MovePlan plan = Plan(
            PlanGoals.MakeRoom,
            [Node("a"), Node("b"), Pod("a1", "a", 1), Pod("a2", "a", 1), Pod("b1", "b", 2, owned: false), Pod("big", null, 3)]);
        Assert.Equal("default/a1", Assert.Single(plan.Moves).Pod);
        Assert.Equal([new PodMove("default/big", "a")], plan.Placements);
    }

    [Fact]
    public void What_no_moves_can_do_is_said()
    {
        MovePlan plan = Plan(PlanGoals.MakeRoom, [Node("a"), Pod("a1", "a", 2), Pod("big", null, 3)]);
        Assert.Empty(plan.Moves);
        Assert.Contains("no moves make room for default/big", plan.Notes);
    }

    private static MovePlan Plan(string goal, JsonObject[] objects)
    {
        JsonObject vm = JsonNode.Parse("""{"kind":"RuntimeClass","metadata":{"name":"vm"},"handler":"vm"}""")!.AsObject();
        SimulatedCluster cluster = SimulatedCluster.Of([.. objects.Append(vm).Select(o => JsonSerializer.SerializeToElement(o))]);
        return MovePlanner.Plan(cluster, goal, new SimulationQuestion(), new PlanOptions(), default).Report!;
    }

    private static JsonObject Node(string name) => new()
    {
        ["kind"] = "Node",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["status"] = new JsonObject { ["allocatable"] = new JsonObject { ["cpu"] = "4", ["pods"] = "20" } },
    };

    private static JsonObject Pod(string name, string? node, int cpu, string runtime = "", bool owned = true)
    {
        var metadata = new JsonObject { ["name"] = name, ["namespace"] = "default" };
        if (owned)
        {
            metadata["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "ReplicaSet", ["name"] = "rs", ["uid"] = "rs", ["controller"] = true });
        }

        var requests = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = $"{cpu}" } };
        return new JsonObject
        {
            ["kind"] = "Pod",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject
            {
                ["nodeName"] = node ?? "",
                ["runtimeClassName"] = runtime,
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "i", ["resources"] = requests }),
            },
        };
    }
}
