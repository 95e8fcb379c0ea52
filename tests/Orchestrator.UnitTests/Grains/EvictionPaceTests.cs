using System.Text.Json.Nodes;
using Orchestrator.Grains.Nodes;
using Orchestrator.Model;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.UnitTests.Grains;

public sealed class EvictionPaceTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_first_node_that_fails_is_evicted_at_once()
    {
        NodeFacts[] nodes = [Failed("a"), Ready("b"), Ready("c")];
        Assert.Equal(EvictionTurn.Now, EvictionPace.Of(nodes[0], nodes, Now));
    }

    [Fact]
    public void Others_wait_for_their_turn_in_the_order_in_which_they_failed()
    {
        NodeFacts[] nodes = [Failed("a", notReadySecondsAgo: 30), Failed("b", notReadySecondsAgo: 60), Failed("c", evictedSecondsAgo: 4), .. Enumerable.Range(0, 9).Select(i => Ready($"r{i}"))];
        Assert.Equal(new EvictionTurn(false, true, TimeSpan.FromSeconds(6)), EvictionPace.Of(nodes[1], nodes, Now));
        Assert.Equal(new EvictionTurn(false, true, TimeSpan.FromSeconds(16)), EvictionPace.Of(nodes[0], nodes, Now));
    }

    [Fact]
    public void A_small_zone_most_of_which_has_failed_is_left_alone_and_a_large_one_goes_slowly()
    {
        NodeFacts[] small = [.. Enumerable.Range(0, 6).Select(i => Failed($"f{i}")), .. Enumerable.Range(0, 4).Select(i => Ready($"r{i}"))];
        Assert.Equal(new EvictionTurn(false, true, null), EvictionPace.Of(small[0], small, Now));
        NodeFacts[] large = [.. Enumerable.Range(0, 40).Select(i => Failed($"f{i:00}")), Failed("e", evictedSecondsAgo: 40), .. Enumerable.Range(0, 20).Select(i => Ready($"r{i}"))];
        Assert.Equal(new EvictionTurn(false, true, TimeSpan.FromSeconds(60)), EvictionPace.Of(large[0], large, Now));
    }

    [Fact]
    public void Where_no_node_is_ready_evictions_stop_and_where_another_zone_is_they_go_on()
    {
        NodeFacts[] alone = [Failed("a"), Failed("b", evictedSecondsAgo: 5)];
        Assert.Equal(new EvictionTurn(false, false, null), EvictionPace.Of(alone[0], alone, Now));
        NodeFacts[] zones = [Failed("a"), Failed("b"), Ready("c", zone: "other")];
        Assert.Equal(EvictionTurn.Now, EvictionPace.Of(zones[0], zones, Now));
    }

    private static NodeFacts Ready(string name, string zone = "one") => Facts(ClusterObjects.Node(name), zone);

    private static NodeFacts Failed(string name, int notReadySecondsAgo = 60, int? evictedSecondsAgo = null)
    {
        JsonObject node = ClusterObjects.Node(name, ready: false);
        node["status"]!["conditions"]![0]!["lastTransitionTime"] = Text(notReadySecondsAgo);
        if (evictedSecondsAgo is { } seconds)
        {
            node["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = WellKnown.UnreachableTaint, ["effect"] = "NoExecute", ["timeAdded"] = Text(seconds) });
        }

        return Facts(node, "one");
    }

    private static NodeFacts Facts(JsonObject node, string zone)
    {
        node["metadata"]!["labels"] = new JsonObject { ["topology.kubernetes.io/zone"] = zone };
        return NodeFacts.Of(StoredObjects.Of("nodes", node));
    }

    private static string Text(int secondsAgo) => Now.AddSeconds(-secondsAgo).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
