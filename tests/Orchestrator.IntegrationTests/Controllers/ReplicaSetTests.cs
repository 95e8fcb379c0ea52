using Orchestrator.IntegrationTests.Api;
using Orchestrator.Testing;

namespace Orchestrator.IntegrationTests.Controllers;

/// <summary>ReplicaSets and ReplicationControllers by stock kubectl.</summary>
public sealed class ReplicaSetTests(ControllerFixture fixture) : IClassFixture<ControllerFixture>
{
    public static TheoryData<string, string> Kinds => new()
    {
        { "rs", "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web}, spec: {replicas: 3, selector: {matchLabels: {app: web}}, template: TEMPLATE}}" },
        { "rc", "{apiVersion: v1, kind: ReplicationController, metadata: {name: web}, spec: {replicas: 3, template: TEMPLATE}}" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Pods_are_kept_adopted_released_and_the_dearest_kept(string kind, string manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.FeedAsync("---\n{apiVersion: v1, kind: Pod, metadata: {name: bare, labels: {app: web}}, spec: {containers: [{name: web, image: 'web:1'}]}}", "create", "-f", "-");
        await kubectl.FeedAsync(
            "---\n" + manifest.Replace("TEMPLATE", "{metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: 'web:1'}]}}", StringComparison.Ordinal), "create", "-f", "-");
        await ReadyAsync(kubectl, kind, "3");
        Assert.Contains("pod/bare", await kubectl.RunAsync("get", "pods", "-o", "name"), StringComparison.Ordinal);
        Assert.Equal("web", await kubectl.RunAsync("get", "pod", "bare", "-o", "jsonpath={.metadata.ownerReferences[0].name}"));

        await kubectl.RunAsync("label", "pod", "bare", "app=free", "--overwrite");
        await CountAsync(kubectl, 4);
        Assert.Equal("", await kubectl.RunAsync("get", "pod", "bare", "-o", "jsonpath={.metadata.ownerReferences}"));

        string dear = (await kubectl.RunAsync("get", "pods", "-l", "app=web", "-o", "jsonpath={.items[1].metadata.name}")).Trim();
        await kubectl.RunAsync("annotate", "pod", dear, "controller.kubernetes.io/pod-deletion-cost=10");
        await kubectl.RunAsync("scale", kind, "web", "--replicas=1");
        await CountAsync(kubectl, 2);
        Assert.Equal($"pod/{dear}", (await kubectl.RunAsync("get", "pods", "-l", "app=web", "-o", "name")).Trim());

        await kubectl.RunAsync("delete", "pod", dear);
        await ReadyAsync(kubectl, kind, "1");
        Assert.Matches("Created pod: web-.*(.|\n)*Deleted pod: web-", await kubectl.RunAsync("describe", kind, "web"));
    }

    private static Task ReadyAsync(NamespacedKubectl kubectl, string kind, string count) => Eventually.TrueAsync(
        async () => await kubectl.RunAsync("get", kind, "web", "-o", "jsonpath={.status.readyReplicas} {.status.replicas}") == $"{count} {count}", $"{count} ready pods");

    private static Task CountAsync(NamespacedKubectl kubectl, int count) => Eventually.TrueAsync(
        async () => (await kubectl.RunAsync("get", "pods", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == count, $"{count} pods");
}
