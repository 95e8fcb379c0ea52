using Orchestrator.IntegrationTests.Api;
using Orchestrator.Testing;

namespace Orchestrator.IntegrationTests.Controllers;

/// <summary>StatefulSets by stock kubectl.</summary>
public sealed class StatefulSetTests(ControllerFixture fixture) : IClassFixture<ControllerFixture>
{
    private const string Manifest =
        "---\n{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {replicas: 3, podManagementPolicy: POLICY, selector: {matchLabels: {app: db}}, "
        + "template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: 'db:1'}]}}}}";

    [Theory]
    [InlineData("OrderedReady")]
    [InlineData("Parallel")]
    public async Task Pods_have_ordinals_and_are_updated_from_the_highest_down_to_the_partition(string policy)
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.FeedAsync(Manifest.Replace("POLICY", policy, StringComparison.Ordinal), "create", "-f", "-");
        await kubectl.RunAsync("rollout", "status", "statefulset/db", "--timeout=170s");
        Assert.Equal("db-0 db-1 db-2", await PodsAsync(kubectl, "{.items[*].metadata.name}"));
        Assert.Equal("db-1 1 db-1", await kubectl.RunAsync(
            "get", "pod", "db-1", "-o", @"jsonpath={.metadata.labels.statefulset\.kubernetes\.io/pod-name} {.metadata.labels.apps\.kubernetes\.io/pod-index} {.spec.hostname}"));
        Assert.Matches(@"NAME +READY +AGE\ndb +3/3 ", await kubectl.RunAsync("get", "sts"));

        await kubectl.RunAsync("patch", "sts", "db", "-p", "{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":1}}}}");
        await kubectl.RunAsync("set", "image", "sts/db", "db=db:2");
        await kubectl.RunAsync("rollout", "status", "statefulset/db", "--timeout=170s");
        Assert.Equal("db:1 db:2 db:2", await PodsAsync(kubectl, "{.items[*].spec.containers[0].image}"));
        await kubectl.RunAsync("patch", "sts", "db", "-p", "{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":0}}}}");
        await kubectl.RunAsync("rollout", "status", "statefulset/db", "--timeout=170s");
        Assert.Equal("db:2 db:2 db:2", await PodsAsync(kubectl, "{.items[*].spec.containers[0].image}"));
        Assert.Matches(@"REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>", await kubectl.RunAsync("rollout", "history", "sts/db"));

        await kubectl.RunAsync("rollout", "undo", "sts/db");
        await kubectl.RunAsync("rollout", "status", "statefulset/db", "--timeout=170s");
        Assert.Equal("db:1 db:1 db:1", await PodsAsync(kubectl, "{.items[*].spec.containers[0].image}"));
        await kubectl.RunAsync("scale", "sts/db", "--replicas=1");
        await Eventually.TrueAsync(async () => await PodsAsync(kubectl, "{.items[*].metadata.name}") == "db-0", "scaling down");
        string ended = await kubectl.RunAsync("get", "pod", "db-0", "-o", "jsonpath={.metadata.uid}");
        await kubectl.RunAsync("delete", "pod", "db-0", "--wait=false");
        await Eventually.TrueAsync(async () => await PodsAsync(kubectl, "{.items[*].metadata.uid}") is { Length: > 0 } uid && uid != ended, "another db-0");
        await kubectl.RunAsync("rollout", "status", "statefulset/db", "--timeout=170s");
        await kubectl.RunAsync("delete", "sts", "db", "--cascade=foreground");
        Assert.Equal("", await PodsAsync(kubectl, "{.items[*].metadata.name}"));
    }

    [Fact]
    public async Task An_ordered_set_waits_for_the_one_before()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.FeedAsync(Manifest.Replace("POLICY", "OrderedReady", StringComparison.Ordinal).Replace("db:1", "broken:1", StringComparison.Ordinal), "create", "-f", "-");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "sts", "db", "-o", "jsonpath={.status.replicas} {.status.observedGeneration} {.status.currentReplicas}") == "1 1 1", "the first pod");
        Assert.Equal("db-0", await PodsAsync(kubectl, "{.items[*].metadata.name}"));
    }

    private static Task<string> PodsAsync(NamespacedKubectl kubectl, string path) => kubectl.RunAsync("get", "pods", "-l", "app=db", "-o", $"jsonpath={path}");
}
