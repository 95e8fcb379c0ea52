using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace Orchestrator.IntegrationTests.Cluster;

/// <summary>metrics.k8s.io from agents that answer, agents that are away, and nodes that are not ready.</summary>
public sealed class UsageTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    private const string Ready = "conditions: [{type: Ready, status: 'True'}]";

    [Fact]
    public async Task What_agents_say_is_shown_and_who_says_nothing_is_named()
    {
        var serving = X509Certificate2.CreateFromPemFile(cluster.NodeFile("serving.crt"), cluster.NodeFile("serving.key"));
        var summary = """{"node":{"nodeName":"n1","cpu":{"time":"2026-01-01T00:00:00Z","usageNanoCores":250000000,"usageCoreNanoSeconds":1},"memory":{"time":"2026-01-01T00:00:00Z","workingSetBytes":1048576},"windowSeconds":15.5},"pods":[]}""";
        await using var agent = await AgentDouble.StartAsync(serving, context => context.Response.WriteAsync(summary));
        await CreateNodeAsync("talks", agent.Port, Ready);
        // Nothing listens on the discard port.
        await CreateNodeAsync("away", 9, Ready);
        await CreateNodeAsync("unready", agent.Port, "conditions: []");

        using var http = cluster.Server.Http();
        using var answer = await http.GetAsync(new Uri("/apis/metrics.k8s.io/v1beta1/nodes", UriKind.Relative));
        var json = System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal("NodeMetricsList", json["kind"]!.GetValue<string>());
        var metrics = Assert.Single(json["items"]!.AsArray())!;
        Assert.Equal("""{"kind":"NodeMetrics","apiVersion":"metrics.k8s.io/v1beta1","metadata":{"name":"talks","creationTimestamp":"2026-01-01T00:00:00Z","labels":{"zone":"talks"}},"timestamp":"2026-01-01T00:00:00Z","window":"15.5s","usage":{"cpu":"250000000n","memory":"1024Ki"}}""", metrics.ToJsonString());
        var warnings = string.Join('\n', answer.Headers.GetValues("Warning"));
        Assert.Contains("metrics of node away are missing: its agent cannot be reached", warnings, StringComparison.Ordinal);
        Assert.Contains("metrics of node unready are missing: it is not ready", warnings, StringComparison.Ordinal);
        Assert.Equal("/stats/summary", Assert.Single(agent.Requests).Request);

        Assert.Matches("talks +250m +1Mi +15.5s", await cluster.Admin.RunAsync("get", "nodes.metrics.k8s.io", "-l", "zone=talks", "--no-headers"));
        // Kept for some seconds: it was not asked again.
        Assert.Single(agent.Requests);
        var (code, _, errors) = await cluster.Admin.TryAsync(null, "get", "nodes.metrics.k8s.io", "nobody");
        Assert.Equal(1, code);
        Assert.Contains("nodes.metrics.k8s.io \"nobody\" not found", errors, StringComparison.Ordinal);
        var (watched, _, refused) = await cluster.Admin.TryAsync(null, "delete", "nodes.metrics.k8s.io", "talks");
        Assert.Equal(1, watched);
        Assert.Contains("(MethodNotAllowed): delete is not supported", refused, StringComparison.Ordinal);
        await cluster.Admin.RunAsync("delete", "node", "talks", "away", "unready");
    }

    private Task<string> CreateNodeAsync(string name, int port, string conditions) => cluster.Admin.FeedAsync(
        $"{{apiVersion: v1, kind: Node, metadata: {{name: {name}, labels: {{zone: {name}}}}}, status: {{addresses: [{{type: InternalIP, address: 127.0.0.1}}], "
            + $"daemonEndpoints: {{kubeletEndpoint: {{Port: {port}}}}}, {conditions}}}}}",
        "create", "-f", "-");
}
