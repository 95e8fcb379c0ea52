using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Testing;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Webhooks;

/// <summary>One server and one server of webhooks; each test registers webhooks for a namespace of its own.</summary>
public sealed class WebhookFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private int _last;
    private TestServer? _server;
    private WebhookDouble? _webhooks;

    public TestServer Server => _server ?? throw new InvalidOperationException("not started");

    internal WebhookDouble Webhooks => _webhooks ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        _webhooks = await WebhookDouble.StartAsync();
        _server = await TestServer.StartAsync(postgres);
        await Eventually.TrueAsync(
            async () => (await Server.Kubectl().TryAsync(null, "get", "--raw", "/readyz")).ExitCode == 0, "readiness of the server");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_webhooks is not null)
        {
            await _webhooks.DisposeAsync();
        }
    }

    /// <summary>A namespace whose label <c>test</c> is its name, for the selectors of the test's webhooks.</summary>
    public async Task<string> NamespaceAsync()
    {
        string name = $"hooked-{Interlocked.Increment(ref _last)}";
        await Server.Kubectl().FeedAsync($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {{test: {name}}}}}}}", "create", "-f", "-");
        await Eventually.TrueAsync(
            async () => (await Server.Kubectl().TryAsync(null, "get", "serviceaccount", "default", "-n", name)).ExitCode == 0, "service account of the namespace");
        return name;
    }

    /// <summary>Registers a webhook for the namespace and waits until the server goes by it.</summary>
    /// <param name="kind">Mutating or Validating.</param>
    /// <param name="ns">The namespace, of which the configuration has its name too.</param>
    /// <param name="rules">The rules, as YAML in one line.</param>
    /// <param name="paths">Path of each webhook; perhaps with more members after a space.</param>
    internal async Task RegisterAsync(string kind, string ns, string rules, params string[] paths)
    {
        string webhooks = string.Join(", ", paths.Select(p => p.Split(' ', 2)).Select(p =>
            $"{{name: {p[0]}.{ns}.example.com, admissionReviewVersions: [v1], sideEffects: None, timeoutSeconds: 5, clientConfig: {{url: '{Webhooks.Url($"{ns}/{p[0]}")}', caBundle: {Webhooks.Authority}}}, rules: {rules}, namespaceSelector: {{matchLabels: {{test: {ns}}}}}{(p.Length > 1 ? ", " + p[1] : "")}}}"));
        await ConfigureAsync(kind, ns, $"[{webhooks}]");
    }

    /// <summary>Writes a whole configuration, and waits until the server goes by it.</summary>
    internal async Task ConfigureAsync(string kind, string name, string webhooks)
    {
        await Server.Kubectl().FeedAsync(
            $"apiVersion: admissionregistration.k8s.io/v1\nkind: {kind}WebhookConfiguration\nmetadata: {{name: {name}}}\nwebhooks: {webhooks}\n", "create", "-f", "-");
        WebhookFollower follower = Server.Services.GetRequiredService<WebhookFollower>();
        await Eventually.TrueAsync(
            () => Task.FromResult(follower.Current.Mutating.Concat(follower.Current.Validating).Any(w => w.Configuration == name)), "the configuration's taking effect");
    }

    internal static string Pod(string name, string labels = "{}") =>
        $"---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, labels: {labels}}}, spec: {{schedulerName: none, containers: [{{name: main, image: 'x:1'}}]}}}}";

    internal async Task<JsonNode> GetAsync(string ns, params string[] what) =>
        JsonNode.Parse(await Server.Kubectl().RunAsync(["get", "-n", ns, "-o", "json", .. what]))!;
}
