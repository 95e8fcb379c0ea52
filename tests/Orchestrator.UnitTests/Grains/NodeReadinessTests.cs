using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Nodes;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.UnitTests.Grains;

public sealed class NodeReadinessTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_node_that_is_heard_of_is_left_alone_until_it_could_be_lost()
    {
        ReconcilePlan plan = NodeReadiness.Plan(Stored(ClusterObjects.Node("a")), new NodeSilence(Start, Start.AddSeconds(5)), Start.AddSeconds(10));

        Assert.Empty(plan.Mutations);
        Assert.Equal(TimeSpan.FromSeconds(35), plan.LookAgainAfter);
    }

    [Fact]
    public void A_server_that_just_started_blames_nobody_for_its_own_silence()
    {
        Assert.Empty(NodeReadiness.Plan(Stored(ClusterObjects.Node("a")), new NodeSilence(Start, null), Start.AddSeconds(39)).Mutations);
        Assert.Single(NodeReadiness.Plan(Stored(ClusterObjects.Node("a")), new NodeSilence(Start, null), Start.AddSeconds(40)).Mutations);
    }

    [Fact]
    public void A_silent_node_becomes_unknown_and_unreachable_and_keeps_the_taints_of_others()
    {
        JsonObject node = ClusterObjects.Node("a");
        node["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = "mine", ["effect"] = "NoSchedule", ["unknown"] = true });
        ReconcilePlan plan = NodeReadiness.Plan(Stored(node), new NodeSilence(Start, Start), Start.AddSeconds(41));

        JsonObject written = Written(plan);
        Assert.Equal("Unknown", written.Child("status").Items("conditions").Single().Item.Text("status"));
        Assert.Equal(
            ["mine:NoSchedule", $"{WellKnown.UnreachableTaint}:NoSchedule", $"{WellKnown.UnreachableTaint}:NoExecute"], Taints(written));
        Assert.True(written["spec"]!["taints"]![0]!["unknown"]!.GetValue<bool>());
        Assert.Single(plan.Events);

        ReconcilePlan again = NodeReadiness.Plan(Stored(written), new NodeSilence(Start, Start), Start.AddSeconds(80));
        Assert.Empty(again.Mutations);
    }

    [Fact]
    public void Taints_follow_what_the_agent_says_when_it_is_back()
    {
        JsonObject lost = Written(NodeReadiness.Plan(Stored(ClusterObjects.Node("a")), new NodeSilence(Start, Start), Start.AddSeconds(41)));

        lost["status"]!["conditions"]![0]!["status"] = "False";
        JsonObject notReady = Written(NodeReadiness.Plan(Stored(lost), new NodeSilence(Start, Start.AddSeconds(50)), Start.AddSeconds(51)));
        Assert.Equal([$"{WellKnown.NotReadyTaint}:NoSchedule", $"{WellKnown.NotReadyTaint}:NoExecute"], Taints(notReady));

        notReady["status"]!["conditions"]![0]!["status"] = "True";
        JsonObject ready = Written(NodeReadiness.Plan(Stored(notReady), new NodeSilence(Start, Start.AddSeconds(50)), Start.AddSeconds(52)));
        Assert.Empty(Taints(ready));
    }

    private static StoredObject Stored(JsonObject node) => StoredObjects.Of("nodes", node);

    private static JsonObject Written(ReconcilePlan plan) =>
        (JsonObject)JsonNode.Parse(Encoding.UTF8.GetString(Assert.IsType<UpdateObject>(Assert.Single(plan.Mutations)).Body.Span))!;

    private static IEnumerable<string> Taints(JsonObject node) =>
        node.Child("spec").Items("taints").Select(t => $"{t.Item.Text("key")}:{t.Item.Text("effect")}");
}
