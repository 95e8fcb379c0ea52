using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Cluster;

/// <summary>Logs, from kubectl through the API to an agent.</summary>
public sealed class PodLogTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    private const string Running = """[{"name":"main","ready":true,"image":"x:1","imageID":"","restartCount":0,"state":{"running":{}}}]""";

    private Kubectl Kubectl => cluster.Admin;

    [Fact]
    public async Task Options_reach_the_agent_and_its_lines_come_back()
    {
        await using AgentDouble agent = await StartAsync("logged", ClusterFixture.NodeName, context => context.Response.WriteAsync("one\ntwo\n"));
        await SetStatusAsync("logged", Running);
        Assert.Equal("one\ntwo\n", await Kubectl.RunAsync("logs", "logged", "--tail=5", "--timestamps", "--since=1m"));
        (string request, string? client) = Assert.Single(agent.Requests);
        Assert.Equal("/containerLogs/default/logged/main?sinceSeconds=60&tailLines=5&timestamps=true", request);
        Assert.Equal("CN=orchestrator-apiserver", client);
        await RemoveAsync("logged");
    }

    [Fact]
    public async Task A_followed_log_arrives_line_by_line()
    {
        var goOn = new TaskCompletionSource();
        await using AgentDouble agent = await StartAsync("followed", ClusterFixture.NodeName, async context =>
        {
            await context.Response.WriteAsync("first\n");
            await context.Response.Body.FlushAsync();
            await goOn.Task;
            await context.Response.WriteAsync("second\n");
        });
        await SetStatusAsync("followed", Running);
        using System.Diagnostics.Process logs = Kubectl.Start("logs", "-f", "followed");
        Assert.Equal("first", await logs.StandardOutput.ReadLineAsync());
        goOn.SetResult();
        Assert.Equal("second", await logs.StandardOutput.ReadLineAsync());
        await logs.WaitForExitAsync();
        await RemoveAsync("followed");
    }

    [Fact]
    public async Task A_container_that_has_not_started_says_why()
    {
        await using AgentDouble agent = await StartAsync("waiting", ClusterFixture.NodeName, context => context.Response.WriteAsync(""));
        Assert.Contains("container \"main\" in pod \"waiting\" is waiting to start: ContainerCreating", await FailAsync("logs", "waiting"), StringComparison.Ordinal);
        await SetStatusAsync("waiting", """[{"name":"main","ready":false,"image":"x:1","imageID":"","restartCount":0,"state":{"waiting":{"reason":"ImagePullBackOff"}}}]""");
        Assert.Contains("is waiting to start: trying and failing to pull image", await FailAsync("logs", "waiting"), StringComparison.Ordinal);
        await SetStatusAsync("waiting", Running);
        Assert.Contains("previous terminated container \"main\" in pod \"waiting\" not found", await FailAsync("logs", "-p", "waiting"), StringComparison.Ordinal);
        Assert.Contains("container other is not valid for pod waiting", await FailAsync("logs", "waiting", "-c", "other"), StringComparison.Ordinal);
        Assert.Empty(agent.Requests);
        await RemoveAsync("waiting");
    }

    [Fact]
    public async Task An_agent_with_a_certificate_for_another_address_is_not_believed()
    {
        // The node says that it is at 127.0.0.2; its certificate names 127.0.0.1.
        await using AgentDouble agent = await StartAsync("spoofed", ClusterFixture.NodeName, context => context.Response.WriteAsync("lies\n"), "127.0.0.2");
        await SetStatusAsync("spoofed", Running);
        Assert.Contains("RemoteCertificateNameMismatch", await FailAsync("logs", "spoofed"), StringComparison.Ordinal);
        Assert.Empty(agent.Requests);
        await RemoveAsync("spoofed");
    }

    private async Task<AgentDouble> StartAsync(string pod, string node, Func<HttpContext, Task> answer, string address = "127.0.0.1")
    {
        X509Certificate2 serving = X509Certificate2.CreateFromPemFile(cluster.NodeFile("serving.crt"), cluster.NodeFile("serving.key"));
        AgentDouble agent = await AgentDouble.StartAsync(serving, answer);
        await Kubectl.FeedAsync(
            $"{{apiVersion: v1, kind: Node, metadata: {{name: {node}}}, status: {{addresses: [{{type: InternalIP, address: {address}}}], daemonEndpoints: {{kubeletEndpoint: {{Port: {agent.Port}}}}}}}}}",
            "create", "-f", "-");
        await Kubectl.FeedAsync(
            $"{{apiVersion: v1, kind: Pod, metadata: {{name: {pod}}}, spec: {{nodeName: {node}, containers: [{{name: main, image: 'x:1'}}]}}}}", "create", "-f", "-");
        return agent;
    }

    private Task<string> SetStatusAsync(string pod, string containerStatuses) => Kubectl.RunAsync(
        "patch", "pod", pod, "--subresource=status", "--type=merge", "-p", $$$"""{"status":{"containerStatuses":{{{containerStatuses}}}}}""");

    private async Task RemoveAsync(string pod)
    {
        await Kubectl.RunAsync("delete", "pod", pod, "--grace-period=0", "--force");
        await Kubectl.RunAsync("delete", "node", ClusterFixture.NodeName);
    }

    private async Task<string> FailAsync(params string[] arguments)
    {
        (int exitCode, _, string errors) = await Kubectl.TryAsync(null, arguments);
        Assert.NotEqual(0, exitCode);
        return errors;
    }
}
