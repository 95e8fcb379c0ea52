using System.Text.Json.Nodes;
using Orchestrator.Api.Auditing;
using Orchestrator.Api.Security;
using Orchestrator.Model.Validation;
using Orchestrator.Testing;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Security;

/// <summary>The audit log of a server: what the policy asks for is in it, and no more.</summary>
public sealed class AuditTests(PostgresFixture postgres)
{
    private const string Policy =
        """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        omitStages: [RequestReceived]
        rules:
        - {level: Metadata, resources: [{group: '', resources: [secrets, serviceaccounts/token]}]}
        - {level: RequestResponse, resources: [{group: '', resources: [configmaps]}], omitManagedFields: true}
        - {level: None}
        """;

    [Fact]
    public async Task Requests_are_recorded_as_the_policy_asks_and_secrets_stay_secret()
    {
        using var directory = new TemporaryDirectory();
        string path = Path.Combine(directory.Path, "audit.log");
        await using (TestServer server = await StartAsync(path, options => options))
        {
            Kubectl kubectl = server.Kubectl();
            await Eventually.TrueAsync(async () => (await kubectl.TryAsync(null, "get", "--raw", "/readyz")).ExitCode == 0, "readiness of the server");
            await kubectl.RunAsync("create", "secret", "generic", "keys", "--from-literal=password=opensesame");
            await kubectl.RunAsync("get", "secret", "keys", "-o", "yaml");
            await kubectl.RunAsync("create", "token", "default");
            await kubectl.FeedAsync("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {colour: green}\n", "create", "-f", "-");
            await kubectl.TryAsync(null, "get", "configmap", "settings", "--as=alice", "--as-group=dev");
            await kubectl.RunAsync("get", "nodes");
        }

        string log = await File.ReadAllTextAsync(path);
        Assert.DoesNotContain("opensesame", log, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String("opensesame"u8), log, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", log, StringComparison.Ordinal);
        Assert.DoesNotContain("/nodes", log, StringComparison.Ordinal);
        JsonNode[] events = [.. log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!)];
        Assert.All(events, e => Assert.Equal("ResponseComplete", (string?)e["stage"]));

        JsonNode created = events.Single(e => (string?)e["objectRef"]!["resource"] == "configmaps" && (string?)e["verb"] == "create");
        Assert.Equal("RequestResponse", (string?)created["level"]);
        Assert.Equal("kubernetes-admin", (string?)created["user"]!["username"]);
        Assert.Equal("green", (string?)created["requestObject"]!["data"]!["colour"]);
        Assert.Equal("settings", (string?)created["responseObject"]!["metadata"]!["name"]);
        Assert.Equal(201, (int?)created["responseStatus"]!["code"]);
        Assert.Equal("allow", (string?)created["annotations"]!["authorization.k8s.io/decision"]);
        Assert.StartsWith("kubectl", (string?)created["userAgent"]);

        JsonNode refused = events.Single(e => e["impersonatedUser"] is not null && (string?)e["verb"] == "get" && (string?)e["objectRef"]!["resource"] == "configmaps");
        Assert.Equal("alice", (string?)refused["impersonatedUser"]!["username"]);
        Assert.Equal(403, (int?)refused["responseStatus"]!["code"]);
        Assert.Equal("Forbidden", (string?)refused["responseStatus"]!["reason"]);
        Assert.Equal("forbid", (string?)refused["annotations"]!["authorization.k8s.io/decision"]);
        Assert.Contains(events, e => (string?)e["objectRef"]!["subresource"] == "token" && e["requestObject"] is null && e["responseObject"] is null);
    }

    [Fact]
    public async Task Grown_files_are_put_away_and_the_oldest_removed()
    {
        using var directory = new TemporaryDirectory();
        string path = Path.Combine(directory.Path, "audit.log");
        await using (TestServer server = await StartAsync(path, options => options with { MaxSizeMegabytes = 1, MaxBackups = 2 }))
        {
            string large = new('x', 600_000);
            using HttpClient http = server.Http();
            for (int i = 0; i < 6; i++)
            {
                using HttpResponseMessage made = await http.PostAsync(
                    new Uri("/api/v1/namespaces/default/configmaps?dryRun=All", UriKind.Relative),
                    new StringContent($$"""{"metadata":{"name":"large-{{i}}"},"data":{"text":"{{large}}"} }""", System.Text.Encoding.UTF8, "application/json"));
            }
        }

        string[] files = [.. Directory.EnumerateFiles(directory.Path).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        Assert.Equal(3, files.Length);
        Assert.Equal("audit.log", files[^1]);
        Assert.All(files[..^1], f => Assert.Matches(@"^audit-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log$", f));
        Assert.All(files, f => Assert.Contains("\"stage\":\"ResponseComplete\"", File.ReadAllText(Path.Combine(directory.Path, f)), StringComparison.Ordinal));
    }

    private async Task<TestServer> StartAsync(string path, Func<AuditOptions, AuditOptions> adjust)
    {
        var errors = new List<FieldError>();
        AuditPolicy policy = AuditPolicyFile.Parse(new StringReader(Policy), errors)!;
        Assert.Empty(errors);
        return await TestServer.StartAsync(
            postgres, adjust: options => options with { Security = new SecurityOptions { Audit = adjust(new AuditOptions { Policy = policy, LogPath = path }) } });
    }
}
