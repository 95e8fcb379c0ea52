using Orchestrator.IntegrationTests.Api;
using Orchestrator.Testing;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Controllers;

/// <summary>DaemonSets by stock kubectl.</summary>
public sealed class DaemonSetTests(ControllerFixture fixture) : IClassFixture<ControllerFixture>
{
    private const string Manifest =
        "---\n{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: log}, spec: {selector: {matchLabels: {app: log}}, "
        + "template: {metadata: {labels: {app: log}}, spec: {SELECTOR containers: [{name: log, image: 'log:1'}]}}}}";

    [Theory]
    [InlineData("{\"maxUnavailable\":1,\"maxSurge\":0}")]
    [InlineData("{\"maxUnavailable\":0,\"maxSurge\":1}")]
    public async Task Every_node_has_one_and_a_roll_out_replaces_them(string limits)
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.FeedAsync(Manifest.Replace("SELECTOR", "", StringComparison.Ordinal), "create", "-f", "-");
        await kubectl.RunAsync("rollout", "status", "ds/log", "--timeout=170s");
        Assert.Equal("node-a node-b node-c", Sorted(await kubectl.RunAsync("get", "pods", "-o", "jsonpath={.items[*].spec.nodeName}")));
        Assert.Matches(@"log +3 +3 +3 +3 +3 +<none> ", await kubectl.RunAsync("get", "ds"));

        await kubectl.RunAsync("patch", "ds", "log", "-p", $"{{\"spec\":{{\"updateStrategy\":{{\"rollingUpdate\":{limits}}}}}}}");
        await kubectl.RunAsync("set", "image", "ds/log", "log=log:2");
        await kubectl.RunAsync("rollout", "status", "ds/log", "--timeout=170s");
        Assert.Equal("log:2 log:2 log:2", await kubectl.RunAsync("get", "pods", "-o", "jsonpath={.items[*].spec.containers[0].image}"));
        Assert.Matches(@"1 +<none>\n2 +<none>", await kubectl.RunAsync("rollout", "history", "ds/log"));
        await kubectl.RunAsync("rollout", "undo", "ds/log");
        await kubectl.RunAsync("rollout", "status", "ds/log", "--timeout=170s");
        Assert.Equal("log:1 log:1 log:1", await kubectl.RunAsync("get", "pods", "-o", "jsonpath={.items[*].spec.containers[0].image}"));
        Assert.Matches(@"2 +<none>\n3 +<none>", await kubectl.RunAsync("rollout", "history", "ds/log"));
    }

    [Fact]
    public async Task Daemons_come_and_go_with_the_labels_and_taints_of_nodes_and_stay_on_cordoned_ones()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        Kubectl admin = fixture.Server.Kubectl();
        await kubectl.FeedAsync(Manifest.Replace("SELECTOR", "nodeSelector: {disk: ssd},", StringComparison.Ordinal), "create", "-f", "-");
        await NodesAsync(kubectl, "");
        await admin.RunAsync("label", "node", "node-a", "node-b", "disk=ssd");
        await NodesAsync(kubectl, "node-a node-b");
        await admin.RunAsync("cordon", "node-a");
        await kubectl.RunAsync("delete", "pods", "-l", "app=log");
        await NodesAsync(kubectl, "node-a node-b");
        await admin.RunAsync("taint", "node", "node-b", "broken=yes:NoExecute");
        await NodesAsync(kubectl, "node-a");
        await admin.RunAsync("label", "node", "node-a", "disk-");
        await NodesAsync(kubectl, "");
        await admin.RunAsync("taint", "node", "node-b", "broken-");
        await NodesAsync(kubectl, "node-b");
        await admin.RunAsync("uncordon", "node-a");
        await admin.RunAsync("label", "node", "node-b", "disk-");
    }

    private static Task NodesAsync(NamespacedKubectl kubectl, string expected)
    {
        string last = "";
        return Eventually.TrueAsync(
            async () => (last = Sorted(await kubectl.RunAsync("get", "pods", "-o", "jsonpath={.items[*].spec.nodeName}"))) == expected
                && await kubectl.RunAsync("get", "ds", "log", "-o", "jsonpath={.status.numberReady}{.status.numberMisscheduled}") == $"{expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length}0",
            $"daemons on '{expected}'",
            describe: () => $"They are on '{last}'.");
    }

    private static string Sorted(string names) => string.Join(' ', names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
}
