using System.Text.Json.Nodes;
using Orchestrator.IntegrationTests.Api;
using Orchestrator.Testing;

namespace Orchestrator.IntegrationTests.Controllers;

/// <summary>Endpoints and EndpointSlices of Services, as pods come and go.</summary>
public sealed class EndpointTests(ControllerFixture fixture) : IClassFixture<ControllerFixture>
{
    [Fact]
    public async Task Slices_and_endpoints_follow_the_pods()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.RunAsync("create", "deployment", "web", "--image=web:1", "--replicas=3", "--port=8080");
        await kubectl.RunAsync("expose", "deployment", "web", "--port=80", "--target-port=8080");
        await ReadyAsync(kubectl, 3);
        JsonNode slice = JsonNode.Parse(await kubectl.RunAsync("get", "endpointslices", "-o", "json"))!["items"]!.AsArray().Single()!;
        Assert.Equal("web", (string?)slice["metadata"]!["labels"]!["kubernetes.io/service-name"]);
        Assert.Equal(8080, (int)slice["ports"]![0]!["port"]!);
        Assert.StartsWith("node-", (string?)slice["endpoints"]![0]!["nodeName"], StringComparison.Ordinal);
        Assert.Equal("Pod", (string?)slice["endpoints"]![0]!["targetRef"]!["kind"]);
        Assert.Matches(@"web +10\.0\.\d+\.\d+:8080,10\.0\.\d+\.\d+:8080,10\.0\.\d+\.\d+:8080", await kubectl.RunAsync("get", "ep", "web"));

        await kubectl.RunAsync("scale", "deployment", "web", "--replicas=1");
        await ReadyAsync(kubectl, 1);
        Assert.Equal((string?)slice["metadata"]!["uid"], await kubectl.RunAsync("get", "endpointslices", "-o", "jsonpath={.items[0].metadata.uid}"));
        await kubectl.RunAsync("scale", "deployment", "web", "--replicas=0");
        await Eventually.TrueAsync(async () => (await kubectl.RunAsync("get", "ep", "web")).Contains("<none>", StringComparison.Ordinal), "no endpoints");
        await kubectl.RunAsync("delete", "service", "web");
        await Eventually.TrueAsync(async () => await kubectl.RunAsync("get", "ep,endpointslices", "-o", "name") == "", "nothing left of the service");
    }

    [Fact]
    public async Task Unready_pods_are_shown_as_such_and_endpoints_by_hand_are_mirrored()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.RunAsync("run", "web", "--image=broken:1", "--labels=app=web");
        await kubectl.RunAsync("create", "service", "clusterip", "web", "--tcp=80");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "endpointslices", "-o", "jsonpath={.items[0].endpoints[0].conditions}") == """{"ready":false,"serving":false,"terminating":false}""",
            "an endpoint that is not ready");
        Assert.NotEqual("", await kubectl.RunAsync("get", "ep", "web", "-o", "jsonpath={.subsets[0].notReadyAddresses[0].ip}"));

        await kubectl.FeedAsync("---\n{apiVersion: v1, kind: Service, metadata: {name: outside}, spec: {ports: [{port: 5432}]}}", "create", "-f", "-");
        await kubectl.FeedAsync(
            "---\n{apiVersion: v1, kind: Endpoints, metadata: {name: outside}, subsets: [{addresses: [{ip: 192.0.2.7}], ports: [{port: 5432}]}]}", "create", "-f", "-");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "endpointslices", "-l", "kubernetes.io/service-name=outside", "-o", "jsonpath={.items[*].endpoints[*].addresses[*]}") == "192.0.2.7",
            "the mirror of the endpoints");
        await kubectl.RunAsync("delete", "ep", "outside");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "endpointslices", "-l", "kubernetes.io/service-name=outside", "-o", "name") == "", "no mirror");
    }

    private static Task ReadyAsync(NamespacedKubectl kubectl, int count) => Eventually.TrueAsync(
        async () => (await kubectl.RunAsync("get", "endpointslices", "-o", "jsonpath={.items[*].endpoints[?(@.conditions.ready==true)].addresses[0]}"))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == count,
        $"{count} ready endpoints");
}
