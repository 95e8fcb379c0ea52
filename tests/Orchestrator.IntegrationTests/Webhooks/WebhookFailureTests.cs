using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Webhooks;

/// <summary>Webhooks that cannot be reached, are not trusted, do not answer in time or answer nonsense.</summary>
public sealed class WebhookFailureTests(WebhookFixture fixture) : IClassFixture<WebhookFixture>
{
    private const string ConfigMaps = "[{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [configmaps]}]";

    private Kubectl Kubectl => fixture.Server.Kubectl();

    [Theory]
    [InlineData("url: 'https://127.0.0.1:1/x'", "failed to call webhook: Post \"https://127.0.0.1:1/x?timeout=5s\": Connection refused")]
    [InlineData("url: '{untrusted}'", "tls: failed to verify certificate")]
    [InlineData("service: {namespace: default, name: ghost, path: /x}", "Post \"https://ghost.default.svc/x?timeout=5s\": service \"ghost\" not found")]
    public async Task A_webhook_that_is_not_reached_fails_the_write_by_its_policy(string client, string expected)
    {
        string ns = await fixture.NamespaceAsync();
        client = client.Replace("{untrusted}", fixture.Webhooks.Url("x"), StringComparison.Ordinal);
        string Webhook(string policy) =>
            $"[{{name: x.{ns}.example.com, admissionReviewVersions: [v1], sideEffects: None, timeoutSeconds: 5, failurePolicy: {policy}, clientConfig: {{{client}}}, rules: {ConfigMaps}, namespaceSelector: {{matchLabels: {{test: {ns}}}}}}}]";
        await fixture.ConfigureAsync("Validating", ns, Webhook("Ignore"));
        await Kubectl.RunAsync("create", "configmap", "passes", "-n", ns);
        await fixture.ConfigureAsync("Mutating", ns, Webhook("Fail"));
        string errors = await ErrorsAsync(ns);
        Assert.Contains($"Internal error occurred: failed calling webhook \"x.{ns}.example.com\": ", errors, StringComparison.Ordinal);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_is_called_at_its_endpoints_by_its_own_name()
    {
        string ns = await fixture.NamespaceAsync(), host = $"hook.{ns}.svc";
        await using WebhookDouble behind = await WebhookDouble.StartAsync(host);
        behind.On("x", _ => WebhookDouble.Deny("reached"));
        string address = NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address)
            .First(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a)).ToString();
        await Kubectl.FeedAsync(
            $$"""
            {apiVersion: v1, kind: Service, metadata: {name: hook, namespace: {{ns}}}, spec: {ports: [{name: https, port: 443, targetPort: {{behind.Port}} }] } }
            """,
            "create", "-f", "-");
        await fixture.ConfigureAsync(
            "Validating",
            ns,
            $"[{{name: x.{ns}.example.com, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {{service: {{namespace: {ns}, name: hook, path: /x}}, caBundle: {behind.Authority}}}, rules: {ConfigMaps}, namespaceSelector: {{matchLabels: {{test: {ns}}}}}}}]");
        Assert.Contains("no endpoints available for service \"hook\"", await ErrorsAsync(ns), StringComparison.Ordinal);
        await Kubectl.FeedAsync(
            $$"""
            {apiVersion: v1, kind: Endpoints, metadata: {name: hook, namespace: {{ns}}}, subsets: [{addresses: [{ip: {{address}}}], ports: [{name: https, port: {{behind.Port}} }] }] }
            """,
            "create", "-f", "-");
        Assert.Contains($"admission webhook \"x.{ns}.example.com\" denied the request: reached", await ErrorsAsync(ns), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_webhook_that_does_not_answer_is_waited_for_as_long_as_it_says()
    {
        string ns = await fixture.NamespaceAsync();
        fixture.Webhooks.On($"{ns}/slow", _ => null);
        await fixture.RegisterAsync("Validating", ns, ConfigMaps, "slow failurePolicy: Fail");
        await Kubectl.RunAsync("patch", "validatingwebhookconfiguration", ns, "--type=json", "-p", """[{"op":"replace","path":"/webhooks/0/timeoutSeconds","value":1}]""");
        Assert.Contains("context deadline exceeded", await ErrorsAsync(ns), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_that_make_no_sense_are_failed_calls()
    {
        string ns = await fixture.NamespaceAsync();
        await fixture.RegisterAsync("Mutating", ns, ConfigMaps, "odd");
        Assert.Contains("failed to call webhook: the server could not find the requested resource", await ErrorsAsync(ns), StringComparison.Ordinal);
        fixture.Webhooks.On($"{ns}/odd", _ => new JsonObject { ["allowed"] = true, ["uid"] = "other" });
        Assert.Matches("received invalid webhook response: expected response.uid=\"[0-9a-f-]+\", got \"other\"", await ErrorsAsync(ns));
        fixture.Webhooks.On($"{ns}/odd", _ => new JsonObject { ["allowed"] = true, ["patch"] = "W10=" });
        Assert.Contains("webhook returned response.patch but not response.patchType", await ErrorsAsync(ns), StringComparison.Ordinal);
        fixture.Webhooks.On($"{ns}/odd", _ => new JsonObject { ["allowed"] = true, ["patch"] = "W10=", ["patchType"] = "Full" });
        Assert.Contains("webhook returned invalid response.patchType of \"Full\"", await ErrorsAsync(ns), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configurations_are_refused_with_all_that_is_wrong()
    {
        (int code, _, string errors) = await Kubectl.TryAsync(
            """
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
            metadata: {name: wrong}
            webhooks:
            - name: short.name
              admissionReviewVersions: [v9]
              clientConfig: {url: 'http://me:secret@host/?a=b'}
              timeoutSeconds: 31
              failurePolicy: Panic
              matchConditions: [{name: never, expression: nosuch}]
              rules: [{operations: [CREATE, '*', READ], apiGroups: [], apiVersions: [v1], resources: ['pods/*', 'pods/status']}]
            """,
            "create", "-f", "-");
        Assert.NotEqual(0, code);
        foreach (string expected in (string[])
        [
            "webhooks[0].name: Invalid value: \"short.name\": should be a domain with at least three segments separated by dots",
            "webhooks[0].admissionReviewVersions: Invalid value: \"v9\": must include at least one of v1, v1beta1",
            "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: https://host[/path]",
            "query parameters are not permitted in the URL",
            "user information is not permitted in the URL",
            "webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun",
            "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds",
            "webhooks[0].failurePolicy: Unsupported value: \"Panic\"",
            "webhooks[0].matchConditions[0].expression: Invalid value: \"nosuch\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'nosuch' (in container '')",
            "webhooks[0].rules[0].operations: Invalid value: \"CREATE, *, READ\": if '*' is present, must not specify other operations",
            "webhooks[0].rules[0].operations[2]: Unsupported value: \"READ\"",
            "webhooks[0].rules[0].apiGroups: Required value",
            "webhooks[0].rules[0].resources[1]: Invalid value: \"pods/status\": if 'pods/*' is present, must not specify pods/status",
        ])
        {
            Assert.Contains(expected, errors, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("secret", errors, StringComparison.Ordinal);
    }

    private async Task<string> ErrorsAsync(string ns) => (await Kubectl.TryAsync(null, "create", "configmap", "c", "-n", ns)).Errors;
}
