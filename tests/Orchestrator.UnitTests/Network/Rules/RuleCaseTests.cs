using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Agent.Network;
using Orchestrator.Agent.Network.Policies;
using Orchestrator.Agent.Network.Rules;

namespace Orchestrator.UnitTests.Network.Rules;

/// <summary>
/// Golden cases, one folder each: <c>input.yaml</c> holds what a cluster is, seen from node <c>n1</c>; <c>expected.json</c> the elements and rules by which it
/// differs from one that has nothing.
/// </summary>
public sealed class RuleCaseTests
{
    private const string Node = "n1";
    private static readonly PodNetworkOptions Options = new() { CniConfigDirectory = "/cni", StateDirectory = "/state", Bridge = "orch0" };
    private static readonly PodRange Range = new(new IPNetwork(IPAddress.Parse("10.244.1.0"), 24));

    public static TheoryData<string> Cases => GoldenCases.Names();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Makes_the_rules_that_are_expected(string name)
    {
        var cluster = new ClusterCase(GoldenCases.Read(GoldenCases.PathOf(name, "input.yaml")));
        HashSet<string> nothing = [.. Lines(new ClusterCase([]))];
        GoldenCases.Compare(name, new JsonObject { ["rules"] = new JsonArray([.. Lines(cluster).Where(line => !nothing.Contains(line)).Select(line => (JsonNode)line)]) });
    }

    [Fact]
    public void What_is_no_longer_wanted_is_deleted_after_what_refers_to_it_is_emptied()
    {
        var before = new RuleTable("ip", "t");
        before.AddFilledSet("clients-1", "type ipv4_addr; flags dynamic;");
        before.AddChain("service-1", null, ["update @clients-1 { ip saddr }"]);
        before.AddMap("services", "type ipv4_addr : verdict;", ["192.0.2.1 : goto service-1"]);
        var after = new RuleTable("ip", "t");
        after.AddMap("services", "type ipv4_addr : verdict;", []);
        Assert.Equal(
            """
            add table ip t
            flush table ip t
            add map ip t services { type ipv4_addr : verdict; }
            flush map ip t services
            delete set ip t clients-1
            delete chain ip t service-1

            """,
            after.Render(before.Sets, before.Chains));
    }

    [Fact]
    public void What_rules_have_put_into_a_set_is_kept()
    {
        var table = new RuleTable("ip", "t");
        table.AddFilledSet("clients-1", "type ipv4_addr; flags dynamic;");
        Assert.DoesNotContain("flush set", table.Render(table.Sets, table.Chains), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Lines(ClusterCase cluster) =>
        NodeRules.Of(new RuleInput
        {
            Options = Options,
            NodeName = Node,
            Range = Range,
            Nodes = cluster.Nodes,
            Services = cluster.Services,
            EndpointSlices = cluster.EndpointSlices,
            Policies = new PolicyInput(
                cluster.Policies,
                [.. cluster.Pods.Where(p => p.Spec.NodeName == Node && p.Status?.PodIP is not null).Select(p => new LocalPod(p, p.Status.PodIP))],
                cluster.Pods,
                cluster.Namespaces),
        }).SelectMany(t => t.Render([], []).Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(line => line.Replace(" orchestrator-orch0", "", StringComparison.Ordinal));
}
