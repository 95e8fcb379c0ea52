using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Testing;

namespace Orchestrator.IntegrationTests.Cluster;

/// <summary>Who gets in, and how far.</summary>
public sealed class AccessTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    [Fact]
    public async Task Without_a_certificate_the_answer_is_a_status_401()
    {
        using HttpClient nobody = cluster.Server.Http(null);
        await AssertUnauthorizedAsync(nobody);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_nobody_whatever_it_says()
    {
        using var elsewhere = new TemporaryDirectory();
        using var theirs = ClusterCertificates.Open(elsewhere.Path, [], TimeProvider.System);
        string pki = ClusterCertificates.PkiDirectory(elsewhere.Path);
        using X509Certificate2 admin = X509Certificate2.CreateFromPemFile(Path.Combine(pki, "admin.crt"), Path.Combine(pki, "admin.key"));
        using HttpClient stranger = cluster.Server.Http(admin);
        await AssertUnauthorizedAsync(stranger);
    }

    [Fact]
    public async Task A_serving_certificate_is_no_ticket()
    {
        using X509Certificate2 serving = X509Certificate2.CreateFromPemFile(cluster.NodeFile("serving.crt"), cluster.NodeFile("serving.key"));
        using HttpClient client = cluster.Server.Http(serving);
        await AssertUnauthorizedAsync(client);
    }

    [Theory]
    [InlineData("get serviceaccounts -A", "cannot list resource \"serviceaccounts\" in API group \"\" at the cluster scope")]
    [InlineData("get pods -A", "only list and watch pods with the field selector spec.nodeName=n1")]
    [InlineData("get secrets -n kube-system", "cannot list resource \"secrets\" in API group \"\" in the namespace \"kube-system\"")]
    [InlineData("create namespace x", "cannot create resource \"namespaces\"")]
    [InlineData("run p --image=x:1", "cannot create resource \"pods\"")]
    [InlineData("get --raw /metrics", "cannot get path \"/metrics\"")]
    public async Task An_agent_is_told_what_it_may_not_do(string arguments, string expected)
    {
        (int exitCode, _, string errors) = await cluster.Node.TryAsync(null, arguments.Split(' '));
        Assert.NotEqual(0, exitCode);
        Assert.Contains("User \"system:node:n1\"", errors, StringComparison.Ordinal);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get pods -A --field-selector spec.nodeName=n1")]
    [InlineData("get runtimeclasses")]
    [InlineData("get nodes")]
    [InlineData("api-resources")]
    [InlineData("get --raw /readyz")]
    public async Task An_agent_may_do_its_work(string arguments) => await cluster.Node.RunAsync(arguments.Split(' '));

    [Theory]
    [InlineData("{apiVersion: v1, kind: Node, metadata: {name: n2}}", "not allowed to modify node \"n2\"")]
    [InlineData("{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {node-restriction.kubernetes.io/secure: 'true'}}}", "not allowed to modify labels: node-restriction.kubernetes.io/secure")]
    [InlineData("{apiVersion: orchestrator.dev/v1, kind: Hypervisor, metadata: {name: n2-kvm}, spec: {nodeName: n2, technology: kvm, class: HardwareAssisted, type: Type2}}", "may only write hypervisors with spec.nodeName n1")]
    [InlineData("{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: n2, namespace: kube-node-lease}, spec: {}}", "may only write its own lease")]
    public async Task An_agent_writes_about_its_own_node_alone(string manifest, string expected)
    {
        (int exitCode, _, string errors) = await cluster.Node.TryAsync(manifest, "create", "-f", "-");
        Assert.NotEqual(0, exitCode);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_is_listed_and_metrics_are_there_for_administrators()
    {
        Assert.Equal("ok", await cluster.Admin.RunAsync("get", "--raw", "/livez"));
        Assert.Equal(
            "[+]ping ok\n[+]database ok\n[+]bootstrap ok\nreadyz check passed\n",
            await cluster.Admin.RunAsync("get", "--raw", "/readyz?verbose"));
        Assert.Equal("ok", await cluster.Admin.RunAsync("get", "--raw", "/readyz/database"));
        Assert.Contains("# TYPE", await cluster.Admin.RunAsync("get", "--raw", "/metrics"), StringComparison.Ordinal);
    }

    private static async Task AssertUnauthorizedAsync(HttpClient client)
    {
        using HttpResponseMessage response = await client.GetAsync(new Uri("/api/v1/namespaces", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        JsonNode status = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal("Status", (string?)status["kind"]);
        Assert.Equal("Unauthorized", (string?)status["reason"]);
    }
}
