using System.Text.Json.Nodes;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Webhooks;

/// <summary>Validating webhooks on a real HTTPS server, by kubectl: what they are asked, and what comes of their answers.</summary>
public sealed class ValidatingWebhookTests(WebhookFixture fixture) : IClassFixture<WebhookFixture>
{
    private const string Everything = "[{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*']}]";
    private const string ConfigMaps = "[{operations: [CREATE, UPDATE, DELETE], apiGroups: [''], apiVersions: [v1], resources: [configmaps]}]";

    private Kubectl Kubectl => fixture.Server.Kubectl();

    [Fact]
    public async Task A_denial_is_told_with_its_message_and_code()
    {
        string ns = await fixture.NamespaceAsync();
        fixture.Webhooks.On($"{ns}/deny", r => (string?)r["name"] switch
        {
            "plain" => new JsonObject { ["allowed"] = false },
            "reasoned" => WebhookDouble.Deny("not on a Friday", 403, "Forbidden"),
            "warned" => new JsonObject { ["allowed"] = true, ["warnings"] = new JsonArray("that is old-fashioned") },
            _ => WebhookDouble.Deny("no such luck", 418),
        });
        await fixture.RegisterAsync("Validating", ns, ConfigMaps, "deny");
        Assert.Equal($"error: failed to create configmap: admission webhook \"deny.{ns}.example.com\" denied the request: no such luck\n", await ErrorsAsync(ns, "create", "configmap", "other"));
        Assert.Equal($"error: failed to create configmap: admission webhook \"deny.{ns}.example.com\" denied the request: not on a Friday\n", await ErrorsAsync(ns, "create", "configmap", "reasoned"));
        Assert.Equal($"error: failed to create configmap: admission webhook \"deny.{ns}.example.com\" denied the request without explanation\n", await ErrorsAsync(ns, "create", "configmap", "plain"));
        Assert.Equal("Warning: that is old-fashioned\n", await ErrorsAsync(ns, "create", "configmap", "warned"));
        Assert.Equal("warned", await Kubectl.RunAsync("get", "configmap", "-n", ns, "warned", "-o", "jsonpath={.metadata.name}"));
    }

    [Fact]
    public async Task A_webhook_is_told_who_wants_to_make_what_of_what()
    {
        string ns = await fixture.NamespaceAsync();
        fixture.Webhooks.On($"{ns}/see", _ => WebhookDouble.Allow());
        await fixture.RegisterAsync("Validating", ns, ConfigMaps, "see");
        await Kubectl.RunAsync("create", "configmap", "seen", "-n", ns, "--from-literal=a=1");
        await Kubectl.RunAsync("patch", "configmap", "seen", "-n", ns, "-p", "{\"data\":{\"a\":\"2\"}}", "--dry-run=server");
        await Kubectl.RunAsync("delete", "configmap", "seen", "-n", ns);
        await Kubectl.RunAsync("create", "secret", "generic", "unseen", "-n", ns);

        IReadOnlyList<JsonNode> asked = fixture.Webhooks.Asked($"{ns}/see");
        Assert.Equal(["CREATE", "UPDATE", "DELETE"], asked.Select(a => (string?)a["operation"]));
        Assert.All(asked, a => Assert.Equal("{\"group\":\"\",\"version\":\"v1\",\"kind\":\"ConfigMap\"}", a["kind"]!.ToJsonString()));
        Assert.All(asked, a => Assert.Equal("{\"group\":\"\",\"version\":\"v1\",\"resource\":\"configmaps\"}", a["requestResource"]!.ToJsonString()));
        Assert.All(asked, a => Assert.Equal("kubernetes-admin", (string?)a["userInfo"]!["username"]));
        Assert.All(asked, a => Assert.Equal(("seen", ns), ((string?)a["name"], (string?)a["namespace"])));
        Assert.Equal([false, true, false], asked.Select(a => (bool)a["dryRun"]!));
        Assert.Null(asked[0]["oldObject"]);
        Assert.Equal(("1", "2"), ((string?)asked[1]["oldObject"]!["data"]!["a"], (string?)asked[1]["object"]!["data"]!["a"]));
        Assert.NotEmpty((string?)asked[1]["oldObject"]!["metadata"]!["resourceVersion"] ?? "");
        Assert.Null(asked[2]["object"]);
        Assert.Equal("1", (string?)asked[2]["oldObject"]!["data"]!["a"]);
        Assert.Equal(["CreateOptions", "UpdateOptions", "DeleteOptions"], asked.Select(a => (string?)a["options"]!["kind"]));
    }

    [Fact]
    public async Task Selectors_and_operations_leave_out_what_they_do_not_name()
    {
        string ns = await fixture.NamespaceAsync(), other = await fixture.NamespaceAsync();
        fixture.Webhooks.On($"{ns}/deny", _ => WebhookDouble.Deny("no"));
        await fixture.RegisterAsync("Validating", ns, ConfigMaps.Replace("CREATE, UPDATE, DELETE", "UPDATE", StringComparison.Ordinal), "deny objectSelector: {matchLabels: {strict: 'yes'}}");
        await Kubectl.RunAsync("create", "configmap", "free", "-n", ns);
        await Kubectl.RunAsync("create", "configmap", "free", "-n", other);
        await Kubectl.RunAsync("annotate", "configmap", "free", "-n", ns, "a=b");
        Assert.Contains("denied the request: no", await ErrorsAsync(ns, "label", "configmap", "free", "strict=yes"), StringComparison.Ordinal);
        await Kubectl.RunAsync("label", "configmap", "free", "-n", other, "strict=yes");
    }

    [Fact]
    public async Task Conditions_leave_out_what_they_do_not_hold_for()
    {
        string ns = await fixture.NamespaceAsync();
        fixture.Webhooks.On($"{ns}/deny", _ => WebhookDouble.Deny("no"));
        const string conditions = """
            deny matchConditions: [{name: not-root, expression: "request.userInfo.username != 'root'"}, {name: big, expression: "int(object.data.size) > 5"}]
            """;
        await fixture.RegisterAsync("Validating", ns, ConfigMaps.Replace("CREATE, UPDATE, DELETE", "CREATE", StringComparison.Ordinal), conditions);
        await Kubectl.RunAsync("create", "configmap", "small", "-n", ns, "--from-literal=size=2");
        Assert.Contains("denied the request: no", await ErrorsAsync(ns, "create", "configmap", "large", "--from-literal=size=7"), StringComparison.Ordinal);
        Assert.Contains(
            "expression of match condition 'big' resulted in error: type conversion error from 'x' to 'int'",
            await ErrorsAsync(ns, "create", "configmap", "unknown", "--from-literal=size=x"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_object_of_a_collection_is_asked_about()
    {
        string ns = await fixture.NamespaceAsync();
        fixture.Webhooks.On($"{ns}/keep", r => (string?)r["name"] == "kept" ? WebhookDouble.Deny("stays") : WebhookDouble.Allow());
        await fixture.RegisterAsync("Validating", ns, ConfigMaps.Replace("CREATE, UPDATE, DELETE", "DELETE", StringComparison.Ordinal), "keep");
        await Kubectl.RunAsync("create", "configmap", "kept", "-n", ns);
        await Kubectl.RunAsync("create", "configmap", "gone", "-n", ns);
        using HttpClient http = fixture.Server.Http();
        using HttpResponseMessage response = await http.DeleteAsync(new Uri($"/api/v1/namespaces/{ns}/configmaps?labelSelector=!any", UriKind.Relative));
        Assert.Equal(403, (int)response.StatusCode);
        Assert.Contains("denied the request: stays", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains(fixture.Webhooks.Asked($"{ns}/keep"), a => (string?)a["name"] == "gone");
        Assert.Contains("kept", await Kubectl.RunAsync("get", "configmap", "-n", ns, "-o", "name"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subresources_are_asked_about_with_their_own_types()
    {
        string ns = await fixture.NamespaceAsync();
        await Kubectl.FeedAsync(WebhookFixture.Pod("p"), "create", "-n", ns, "-f", "-");
        fixture.Webhooks.On($"{ns}/see", r => (string?)r["operation"] == "CONNECT" ? WebhookDouble.Deny("nobody gets in") : WebhookDouble.Allow());
        await fixture.RegisterAsync("Validating", ns, Everything, "see");
        await Kubectl.RunAsync("patch", "pod", "p", "-n", ns, "--subresource=status", "-p", "{\"status\":{\"message\":\"hello\"}}");
        Assert.Contains("denied the request: nobody gets in", await ErrorsAsync(ns, "exec", "p", "--", "ls", "-l"), StringComparison.Ordinal);
        await Kubectl.RunAsync("create", "token", "default", "-n", ns);
        using HttpClient http = fixture.Server.Http();
        foreach ((string path, string body) in ((string, string)[])
        [
            ($"/api/v1/namespaces/{ns}/pods/p/binding", "{\"target\":{\"kind\":\"Node\",\"name\":\"n\"}}"),
            ($"/api/v1/namespaces/{ns}/pods/p/eviction", "{\"deleteOptions\":{\"gracePeriodSeconds\":0}}"),
        ])
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await http.PostAsync(new Uri(path, UriKind.Relative), content);
            Assert.Equal(201, (int)response.StatusCode);
        }

        IReadOnlyList<JsonNode> asked = fixture.Webhooks.Asked($"{ns}/see");
        Assert.Equal(
            ["UPDATE pods status Pod", "CONNECT pods exec PodExecOptions", "CREATE serviceaccounts token TokenRequest", "CREATE pods binding Binding", "CREATE pods eviction Eviction"],
            asked.Select(a => $"{(string?)a["operation"]} {(string?)a["resource"]!["resource"]} {(string?)a["subResource"]} {(string?)a["kind"]!["kind"]}")
                .Where(a => !a.Contains("events", StringComparison.Ordinal)).Distinct());
        JsonNode options = asked.First(a => (string?)a["operation"] == "CONNECT")["object"]!;
        Assert.Equal(["ls", "-l"], options["command"]!.AsArray().Select(c => (string?)c));
    }

    [Fact]
    public async Task A_configuration_can_be_removed_though_its_webhook_forbids_everything()
    {
        string ns = await fixture.NamespaceAsync();
        fixture.Webhooks.On("all", _ => WebhookDouble.Deny("never"));
        await fixture.ConfigureAsync(
            "Validating",
            "forbids-everything",
            $"[{{name: all.example.com.test, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {{url: '{fixture.Webhooks.Url("all")}', caBundle: {fixture.Webhooks.Authority}}}, rules: {Everything}, objectSelector: {{matchExpressions: [{{key: free, operator: DoesNotExist}}]}}}}]");
        Assert.Contains("denied the request: never", await ErrorsAsync(ns, "create", "configmap", "c"), StringComparison.Ordinal);
        await Kubectl.RunAsync("delete", "validatingwebhookconfiguration", "forbids-everything");
        await Testing.Eventually.TrueAsync(async () => (await Kubectl.TryAsync(null, "create", "configmap", "c", "-n", ns)).ExitCode == 0, "end of the webhook");
    }

    private async Task<string> ErrorsAsync(string ns, params string[] arguments) => (await Kubectl.TryAsync(null, ["-n", ns, .. arguments])).Errors;
}
