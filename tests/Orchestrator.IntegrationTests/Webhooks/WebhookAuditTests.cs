using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Auditing;
using Orchestrator.Api.Security;
using Orchestrator.Model.Validation;
using Orchestrator.Testing;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Webhooks;

/// <summary>What admission has to say of a write is in its audit event.</summary>
public sealed class WebhookAuditTests(PostgresFixture postgres)
{
    private const string Policy =
        """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        omitStages: [RequestReceived]
        rules:
        - {level: Metadata, verbs: [create], resources: [{group: '', resources: [pods]}]}
        - {level: None}
        """;

    [Fact]
    public async Task Webhooks_and_security_levels_annotate_the_events()
    {
        using var directory = new TemporaryDirectory();
        string path = Path.Combine(directory.Path, "audit.log");
        await using (WebhookDouble webhooks = await WebhookDouble.StartAsync())
        {
            webhooks.On("mark", _ => WebhookDouble.Patch("""[{"op":"add","path":"/metadata/labels","value":{"marked":"yes"}}]"""));
            webhooks.On("note", _ => new JsonObject { ["allowed"] = true, ["auditAnnotations"] = new JsonObject { ["seen"] = "by the policy" } });
            var errors = new List<FieldError>();
            AuditPolicy policy = AuditPolicyFile.Parse(new StringReader(Policy), errors)!;
            Assert.Empty(errors);
            await using TestServer server = await TestServer.StartAsync(
                postgres, adjust: o => o with { Security = new SecurityOptions { Audit = new AuditOptions { Policy = policy, LogPath = path } } });
            Kubectl kubectl = server.Kubectl();
            await Eventually.TrueAsync(async () => (await kubectl.TryAsync(null, "get", "--raw", "/readyz")).ExitCode == 0, "readiness of the server");
            await kubectl.RunAsync("label", "namespace", "default", "pod-security.kubernetes.io/audit=baseline");
            foreach ((string kind, string name) in ((string, string)[])[("Mutating", "mark"), ("Validating", "note")])
            {
                await kubectl.FeedAsync(
                    $"{{apiVersion: admissionregistration.k8s.io/v1, kind: {kind}WebhookConfiguration, metadata: {{name: {name}}}, webhooks: [{{name: {name}.audit.example.com, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {{url: '{webhooks.Url(name)}', caBundle: {webhooks.Authority}}}, rules: [{{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods]}}]}}]}}",
                    "create", "-f", "-");
            }

            WebhookFollower follower = server.Services.GetRequiredService<WebhookFollower>();
            await Eventually.TrueAsync(
                () => Task.FromResult(follower.Current is { Mutating.Count: 1, Validating.Count: 1 }), "the configurations' taking effect");
            await kubectl.FeedAsync(
                "---\n{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {schedulerName: none, hostNetwork: true, containers: [{name: main, image: 'x:1'}]}}", "create", "-f", "-");
        }

        JsonNode annotations = JsonNode.Parse((await File.ReadAllLinesAsync(path)).Single())!["annotations"]!;
        Assert.Equal("by the policy", (string?)annotations["note.audit.example.com/seen"]);
        Assert.Equal(
            """{"configuration":"mark","webhook":"mark.audit.example.com","mutated":true}""", (string?)annotations["mutation.webhook.admission.k8s.io/round_0_index_0"]);
        Assert.Equal("would violate PodSecurity \"baseline:latest\": host namespaces (hostNetwork=true)", (string?)annotations["pod-security.kubernetes.io/audit-violations"]);
        Assert.Equal("allow", (string?)annotations["authorization.k8s.io/decision"]);
    }
}
