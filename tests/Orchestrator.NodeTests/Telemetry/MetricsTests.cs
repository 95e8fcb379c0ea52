using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using k8s;
using Orchestrator.Api.Security.Pki;
using Orchestrator.NodeTests.Cluster;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Telemetry;

/// <summary>Metrics of server and agent in Prometheus' format, and who may read them. The agent's logs are behind the same door.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class MetricsTests(OneNodeCluster cluster)
{
    private static readonly Uri Metrics = new("/metrics", UriKind.Relative);

    [Fact]
    public async Task The_server_gives_its_metrics_to_administrators()
    {
        await StartPodAsync("measured-by-server");
        using var administrator = cluster.Server.Http();
        await AssertMetricsAsync(
            administrator,
            "orchestrator_api_requests_total",
            "orchestrator_api_request_duration_seconds",
            "orchestrator_store_batch_size",
            "orchestrator_store_commit_duration_seconds",
            "orchestrator_scheduler_decisions_total",
            "orchestrator_scheduler_queue_length");
        await cluster.Server.Kubectl().RunAsync("delete", "pod", "measured-by-server");
    }

    [Fact]
    public async Task The_server_asks_strangers_for_a_certificate_and_refuses_nodes()
    {
        using var stranger = cluster.Server.Http(null);
        using var unauthorized = await stranger.GetAsync(Metrics);
        Assert.Equal(HttpStatusCode.Unauthorized, unauthorized.StatusCode);
        using var certificate = cluster.NodeCertificate("client");
        using var node = cluster.Server.Http(certificate);
        using var forbidden = await node.GetAsync(Metrics);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
    }

    [Fact]
    public async Task The_agent_gives_its_metrics_to_the_api_server()
    {
        await StartPodAsync("measured-by-agent");
        using var certificate = cluster.ServerCertificate("apiserver-client");
        using var server = Agent(certificate);
        await AssertMetricsAsync(
            server,
            "orchestrator_agent_step_duration_seconds",
            "orchestrator_agent_pod_start_duration_seconds",
            "orchestrator_agent_runtime_list_duration_seconds",
            "orchestrator_agent_status_patches_total",
            "orchestrator_agent_pods");
        await cluster.Server.Kubectl().RunAsync("delete", "pod", "measured-by-agent");
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/containerLogs/default/any/main")]
    [InlineData("/healthz")]
    public async Task The_agent_lets_nobody_in_but_the_api_server(string path)
    {
        using var administrator = cluster.ServerCertificate("admin");
        using var node = cluster.NodeCertificate("client");
        using var serving = cluster.NodeCertificate("serving");
        using var elsewhere = new TemporaryDirectory();
        using var namesake = Namesake(elsewhere.Path);
        foreach (var certificate in new[] { null, administrator, node, serving, namesake })
        {
            using var caller = Agent(certificate);
            var error = await Assert.ThrowsAsync<HttpRequestException>(() => caller.GetAsync(new Uri(path, UriKind.Relative)));
            Assert.NotEqual(HttpRequestError.ConnectionError, error.HttpRequestError);
        }

        // The door is not simply shut.
        using var allowed = cluster.ServerCertificate("apiserver-client");
        using var server = Agent(allowed);
        using var answer = await server.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(path.Contains("any", StringComparison.Ordinal) ? HttpStatusCode.NotFound : HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>The API server's name, from another cluster's authority.</summary>
    private static X509Certificate2 Namesake(string directory)
    {
        using var theirs = ClusterCertificates.Open(directory, [], TimeProvider.System);
        var pki = ClusterCertificates.PkiDirectory(directory);
        return X509Certificate2.CreateFromPemFile(Path.Combine(pki, "apiserver-client.crt"), Path.Combine(pki, "apiserver-client.key"));
    }

    private HttpClient Agent(X509Certificate2? certificate)
    {
        var client = cluster.Server.Http(certificate);
        client.BaseAddress = cluster.AgentAddress;
        return client;
    }

    private async Task StartPodAsync(string name)
    {
        using var client = cluster.Server.Client();
        await client.CoreV1.CreateNamespacedPodAsync(OneNodeCluster.Pod(name, "trap 'exit 0' TERM; while :; do sleep 0.1; done"), "default");
        await cluster.RunningAsync(name);
    }

    private static async Task AssertMetricsAsync(HttpClient client, params string[] families)
    {
        using var response = await client.GetAsync(Metrics);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        Assert.All(families, family =>
        {
            Assert.Contains(lines, l => l.StartsWith($"# TYPE {family} ", StringComparison.Ordinal));
            Assert.Contains(lines, l => l.StartsWith(family, StringComparison.Ordinal) && double.TryParse(l.Split(' ')[^1], CultureInfo.InvariantCulture, out _));
        });
    }
}
