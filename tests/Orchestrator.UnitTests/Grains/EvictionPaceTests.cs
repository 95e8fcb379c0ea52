using System.Text.Json.Nodes;
using CsCheck;
using Orchestrator.Grains.Nodes;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.UnitTests.Grains;

public sealed class EvictionPaceTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_first_node_that_fails_is_evicted_at_once()
    {
        StoredObject[] nodes = [Failed("a"), Ready("b"), Ready("c")];
        Assert.Equal(EvictionTurn.Now, Turn(nodes, 0));
    }

    [Fact]
    public void Others_wait_for_their_turn_in_the_order_in_which_they_failed()
    {
        StoredObject[] nodes = [Failed("a", notReadySecondsAgo: 30), Failed("b", notReadySecondsAgo: 60), Failed("c", evictedSecondsAgo: 4), .. Enumerable.Range(0, 9).Select(i => Ready($"r{i}"))];
        Assert.Equal(new EvictionTurn(false, true, TimeSpan.FromSeconds(6)), Turn(nodes, 1));
        Assert.Equal(new EvictionTurn(false, true, TimeSpan.FromSeconds(16)), Turn(nodes, 0));
    }

    [Fact]
    public void A_small_zone_most_of_which_has_failed_is_left_alone_and_a_large_one_goes_slowly()
    {
        StoredObject[] small = [.. Enumerable.Range(0, 6).Select(i => Failed($"f{i}")), .. Enumerable.Range(0, 4).Select(i => Ready($"r{i}"))];
        Assert.Equal(new EvictionTurn(false, true, null), Turn(small, 0));
        StoredObject[] large = [.. Enumerable.Range(0, 40).Select(i => Failed($"f{i:00}")), Failed("e", evictedSecondsAgo: 40), .. Enumerable.Range(0, 20).Select(i => Ready($"r{i}"))];
        Assert.Equal(new EvictionTurn(false, true, TimeSpan.FromSeconds(60)), Turn(large, 0));
    }

    [Fact]
    public void Where_no_node_is_ready_evictions_stop_and_where_another_zone_is_they_go_on()
    {
        StoredObject[] alone = [Failed("a"), Failed("b", evictedSecondsAgo: 5)];
        Assert.Equal(new EvictionTurn(false, false, null), Turn(alone, 0));
        StoredObject[] zones = [Failed("a"), Failed("b"), Ready("c", zone: "other")];
        Assert.Equal(EvictionTurn.Now, Turn(zones, 0));
    }

    [Fact]
    public void A_census_that_followed_the_changes_answers_as_one_that_begins_with_them() => Gen.Int[0, 1000].Sample(
        seed =>
        {
            var random = new Random(seed);
            var followed = new NodeCensus();
            var nodes = new SortedDictionary<string, StoredObject>(StringComparer.Ordinal);
            for (int step = 0; step < 40; step++)
            {
                string name = $"n{random.Next(12)}";
                nodes[name] = random.Next(3) switch
                {
                    0 => Ready(name, zone: random.Next(2) == 0 ? "one" : "other"),
                    1 => Failed(name, random.Next(100)),
                    _ => Failed(name, random.Next(100), random.Next(100)),
                };
                if (random.Next(4) == 0)
                {
                    nodes.Remove($"n{random.Next(12)}");
                }

                StoredObject[] present = [.. nodes.Values];
                foreach (StoredObject node in present)
                {
                    Assert.Equal(new NodeCensus().TurnOf(node, () => present, Now), followed.TurnOf(node, () => present, Now));
                }
            }
        },
        iter: 50);

    private static EvictionTurn Turn(StoredObject[] nodes, int self) =>
        new NodeCensus().TurnOf(nodes[self], () => [.. nodes.OrderBy(n => n.Key.Name, StringComparer.Ordinal)], Now);

    private static StoredObject Ready(string name, string zone = "one") => Facts(ClusterObjects.Node(name), zone);

    private static StoredObject Failed(string name, int notReadySecondsAgo = 60, int? evictedSecondsAgo = null)
    {
        JsonObject node = ClusterObjects.Node(name, ready: false);
        node["status"]!["conditions"]![0]!["lastTransitionTime"] = Text(notReadySecondsAgo);
        if (evictedSecondsAgo is { } seconds)
        {
            node["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = WellKnown.UnreachableTaint, ["effect"] = "NoExecute", ["timeAdded"] = Text(seconds) });
        }

        return Facts(node, "one");
    }

    private static StoredObject Facts(JsonObject node, string zone)
    {
        node["metadata"]!["labels"] = new JsonObject { ["topology.kubernetes.io/zone"] = zone };
        return StoredObjects.Of("nodes", node);
    }

    private static string Text(int secondsAgo) => Now.AddSeconds(-secondsAgo).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
