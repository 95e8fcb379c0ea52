using Orchestrator.IntegrationTests.Api;

namespace Orchestrator.IntegrationTests.Simulation;

/// <summary><c>kubectl create --dry-run=server</c> of a Pod says where it would go.</summary>
public sealed class PlacementPreviewTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private const string Node = """
        apiVersion: v1
        kind: Node
        metadata: {name: preview}
        status: {allocatable: {cpu: "4", memory: 8Gi, pods: "110"}, conditions: [{type: Ready, status: "True"}]}
        ---
        apiVersion: orchestrator.dev/v1
        kind: Hypervisor
        metadata: {name: preview-containerd}
        spec: {nodeName: preview, technology: containerd, class: OSLevel}
        """;

    private const string Ready = """
        {"status":{"runtimeHandlers":["runc"],"conditions":[{"type":"Ready","status":"True","reason":"Works","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}
        """;

    [Fact]
    public async Task A_dry_run_names_the_node_or_what_is_lacking_and_stores_nothing()
    {
        var kubectl = fixture.Server.Kubectl();
        await kubectl.FeedAsync(Node, "create", "-f", "-");
        await kubectl.RunAsync("patch", "hypervisor", "preview-containerd", "--subresource=status", "--type=merge", "-p", Ready);

        var (exitCode, output, errors) = await kubectl.TryAsync(Pod("small", "1"), "create", "--dry-run=server", "-f", "-");
        Assert.Equal(0, exitCode);
        Assert.Equal("pod/small created (server dry run)\n", output);
        Assert.Matches(@"^Warning: would be placed on node preview \(score \d+; 1 of 1 nodes fit\)\n$", errors);

        (_, _, errors) = await kubectl.TryAsync(Pod("large", "6"), "create", "--dry-run=server", "-f", "-");
        Assert.StartsWith("Warning: would fit nowhere now: 0/1 nodes are available: 1 Insufficient cpu.", errors, StringComparison.Ordinal);
        Assert.EndsWith("; would fit with: 2 more cpu on node preview\n", errors, StringComparison.Ordinal);

        (_, _, errors) = await kubectl.TryAsync(Pod("bound", "6", "nodeName: elsewhere, "), "create", "--dry-run=server", "-f", "-");
        Assert.Empty(errors);
        Assert.Empty(await kubectl.RunAsync("get", "pods", "-o", "name"));
    }

    private static string Pod(string name, string cpu, string more = "") =>
        $$"""{apiVersion: v1, kind: Pod, metadata: {name: {{name}}}, spec: { {{more}}tolerations: [{operator: Exists}], containers: [{name: c, image: i, resources: {requests: {cpu: "{{cpu}}"} } }] } }""";
}
