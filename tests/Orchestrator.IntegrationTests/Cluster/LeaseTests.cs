using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.IntegrationTests.Cluster;

/// <summary>Leases: renewals that are not committed are shown all the same, and an update creates what is not there.</summary>
public sealed class LeaseTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    private const string NodeLeases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
    private const string First = "2026-01-01T00:00:00.000000Z";
    private const string Second = "2026-01-01T00:00:10.500000Z";
    private const string Third = "2026-01-01T00:00:20.250000Z";

    [Fact]
    public async Task Reads_show_the_latest_renewal_at_the_committed_revision()
    {
        using var agent = Agent();
        var created = await PutAsync(agent, NodeLeases, Lease("n1", First), HttpStatusCode.Created);
        var renewed = await PutAsync(agent, NodeLeases, Lease("n1", Second), HttpStatusCode.OK);
        Assert.Equal((string?)created["metadata"]!["resourceVersion"], (string?)renewed["metadata"]!["resourceVersion"]);

        string committed = $"{created["metadata"]!["resourceVersion"]} {Second}";
        const string shown = "{.metadata.resourceVersion} {.spec.renewTime}";
        Assert.Equal(committed, await cluster.Admin.RunAsync("get", "lease", "n1", "-n", "kube-node-lease", "-o", $"jsonpath={shown}"));
        Assert.Equal(committed, await cluster.Admin.RunAsync("get", "lease", "-n", "kube-node-lease", "-o", $"jsonpath={{range .items[?(@.metadata.name=='n1')]}}{shown}{{end}}"));
        using var admin = cluster.Server.Http();
        admin.DefaultRequestHeaders.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/json;as=Table;v=v1;g=meta.k8s.io"));
        Assert.Contains(Second, await admin.GetStringAsync(new Uri($"{NodeLeases}?includeObject=Object", UriKind.Relative)), StringComparison.Ordinal);

        // What is shown is not lost by a change that is committed.
        await cluster.Admin.RunAsync("label", "lease", "n1", "-n", "kube-node-lease", "zone=a");
        Assert.EndsWith($" {Second}", await cluster.Admin.RunAsync("get", "lease", "n1", "-n", "kube-node-lease", "-o", $"jsonpath={shown}"), StringComparison.Ordinal);
        await PutAsync(agent, NodeLeases, Lease("n1", Third), HttpStatusCode.OK);
        Assert.EndsWith($" {Third}", await cluster.Admin.RunAsync("get", "lease", "n1", "-n", "kube-node-lease", "-o", $"jsonpath={shown}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leases_of_other_namespaces_are_committed()
    {
        using var admin = cluster.Server.Http();
        const string leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
        var created = await PutAsync(admin, leases, Lease("leader", First), HttpStatusCode.Created);
        var renewed = await PutAsync(admin, leases, Lease("leader", Second), HttpStatusCode.OK);
        Assert.NotEqual((string?)created["metadata"]!["resourceVersion"], (string?)renewed["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task An_update_creates_an_event_too_but_not_on_a_dry_run_and_nothing_of_other_kinds()
    {
        using var admin = cluster.Server.Http();
        const string events = "/api/v1/namespaces/default/events";
        var manifest = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "seen" },
            ["involvedObject"] = new JsonObject { ["kind"] = "Pod", ["name"] = "p", ["namespace"] = "default" },
            ["reason"] = "Seen",
        };
        await PutAsync(admin, events, manifest, HttpStatusCode.Created, "?dryRun=All");
        Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync(new Uri($"{events}/seen", UriKind.Relative))).StatusCode);
        var created = await PutAsync(admin, events, manifest, HttpStatusCode.Created);
        Assert.NotNull(created["metadata"]!["uid"]);
        manifest["count"] = 2;
        var updated = await PutAsync(admin, events, manifest, HttpStatusCode.OK);
        Assert.Equal((string?)created["metadata"]!["uid"], (string?)updated["metadata"]!["uid"]);

        var configMap = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "seen" } };
        await PutAsync(admin, "/api/v1/namespaces/default/configmaps", configMap, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_update_that_means_an_object_that_has_gone_does_not_bring_it_back()
    {
        using var admin = cluster.Server.Http();
        const string leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
        var created = await PutAsync(admin, leases, Lease("gone", First), HttpStatusCode.Created);
        await admin.DeleteAsync(new Uri($"{leases}/gone", UriKind.Relative));
        var refused = await PutAsync(admin, leases, (JsonObject)created, HttpStatusCode.Conflict);
        Assert.Contains("Precondition failed: UID in precondition", (string?)refused["message"], StringComparison.Ordinal);
    }

    private static JsonObject Lease(string name, string renewTime) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["holderIdentity"] = name, ["renewTime"] = renewTime },
    };

    private HttpClient Agent() => cluster.Server.Http(
        X509Certificate2.CreateFromPemFile(cluster.NodeFile("client.crt"), cluster.NodeFile("client.key")));

    private static async Task<JsonNode> PutAsync(HttpClient client, string collection, JsonObject body, HttpStatusCode expected, string query = "")
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        var path = new Uri($"{collection}/{body["metadata"]!["name"]}{query}", UriKind.Relative);
        using HttpResponseMessage response = await client.PutAsync(path, content);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode}: {answer}");
        return JsonNode.Parse(answer)!;
    }
}
