using System.Text.Json.Nodes;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Webhooks;

/// <summary>Mutating webhooks on a real HTTPS server, by kubectl.</summary>
public sealed class MutatingWebhookTests(WebhookFixture fixture) : IClassFixture<WebhookFixture>
{
    private const string Pods = "[{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods]}]";
    private const string ConfigMaps = "[{operations: [CREATE, UPDATE], apiGroups: [''], apiVersions: [v1], resources: [configmaps]}]";

    private Kubectl Kubectl => fixture.Server.Kubectl();

    [Fact]
    public async Task An_injected_container_gets_what_every_container_gets()
    {
        string ns = await fixture.NamespaceAsync();
        await Kubectl.FeedAsync(
            "{apiVersion: v1, kind: LimitRange, metadata: {name: l}, spec: {limits: [{type: Container, defaultRequest: {cpu: 200m}}]}}", "create", "-n", ns, "-f", "-");
        fixture.Webhooks.On($"{ns}/inject", _ => WebhookDouble.Patch(
            """[{"op":"add","path":"/spec/containers/-","value":{"name":"sidecar","image":"proxy:1","unheardOf":true}},{"op":"add","path":"/metadata/uid","value":"mine"}]"""));
        await fixture.RegisterAsync("Mutating", ns, Pods, "inject");
        await Kubectl.FeedAsync(WebhookFixture.Pod("p"), "create", "-n", ns, "-f", "-");

        JsonNode pod = await fixture.GetAsync(ns, "pod", "p");
        JsonNode sidecar = pod["spec"]!["containers"]![1]!;
        Assert.Equal("sidecar", (string?)sidecar["name"]);
        Assert.Equal("IfNotPresent", (string?)sidecar["imagePullPolicy"]);
        Assert.Equal("200m", (string?)sidecar["resources"]!["requests"]!["cpu"]);
        Assert.Equal(pod["spec"]!["containers"]![0]!["volumeMounts"]?.ToJsonString(), sidecar["volumeMounts"]?.ToJsonString());
        Assert.Null(sidecar["unheardOf"]);
        Assert.NotEqual("mine", (string?)pod["metadata"]!["uid"]);
    }

    [Fact]
    public async Task Pods_that_controllers_make_are_shown_to_webhooks_too()
    {
        string ns = await fixture.NamespaceAsync();
        fixture.Webhooks.On($"{ns}/mark", _ => WebhookDouble.Patch("""[{"op":"add","path":"/metadata/labels/marked","value":"yes"}]"""));
        await fixture.RegisterAsync("Mutating", ns, Pods, "mark");
        await Kubectl.RunAsync("create", "deployment", "web", "--image=x:1", "--replicas=2", "-n", ns);
        await Testing.Eventually.TrueAsync(
            async () => (await Kubectl.RunAsync("get", "pods", "-n", ns, "-l", "app=web,marked=yes", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 2,
            "pods as the webhook wants them");
        Assert.All(
            fixture.Webhooks.Asked($"{ns}/mark"), a => Assert.Equal("system:serviceaccount:kube-system:replicaset-controller", (string?)a["userInfo"]!["username"]));
    }

    [Fact]
    public async Task Webhooks_see_what_those_before_them_made_and_again_if_they_ask_for_it()
    {
        string ns = await fixture.NamespaceAsync();
        JsonObject Count(JsonNode r, string name) => WebhookDouble.Patch(
            $$"""[{"op":"add","path":"/data/{{name}}","value":"{{r["object"]!["data"]!.AsObject().Count}}"}]""");
        fixture.Webhooks.On($"{ns}/a", r => Count(r, "a"));
        fixture.Webhooks.On($"{ns}/b", r => Count(r, "b"));
        fixture.Webhooks.On($"{ns}/c", _ => WebhookDouble.Allow());
        await fixture.RegisterAsync("Mutating", ns, ConfigMaps, "a reinvocationPolicy: IfNeeded", "b", "c reinvocationPolicy: IfNeeded");
        await Kubectl.RunAsync("create", "configmap", "counted", "-n", ns, "--from-literal=x=1");

        JsonNode data = (await fixture.GetAsync(ns, "configmap", "counted"))["data"]!;
        Assert.Equal(("3", "2"), ((string?)data["a"], (string?)data["b"]));
        Assert.Equal([2, 1, 2], new[] { "a", "b", "c" }.Select(w => fixture.Webhooks.Asked($"{ns}/{w}").Count));
    }

    [Fact]
    public async Task A_patch_that_does_not_fit_fails_the_write_and_names_the_webhook()
    {
        string ns = await fixture.NamespaceAsync();
        fixture.Webhooks.On($"{ns}/wrong", r => WebhookDouble.Patch((string?)r["name"] switch
        {
            "missing" => """[{"op":"remove","path":"/data/nothing"}]""",
            "mistyped" => """[{"op":"add","path":"/data","value":{"a":1}}]""",
            "retyped" => """[{"op":"replace","path":"/kind","value":"Secret"}]""",
            _ => """[{"op":"add","path":"/data/not a key","value":"x"}]""",
        }));
        await fixture.RegisterAsync("Mutating", ns, ConfigMaps, "wrong");
        Assert.Contains($"the patch of admission webhook \"wrong.{ns}.example.com\" cannot be applied: remove operation does not apply", await ErrorsAsync(ns, "missing"), StringComparison.Ordinal);
        Assert.Contains("made of the object what is no ConfigMap: data.a: expected a string, got a number", await ErrorsAsync(ns, "mistyped"), StringComparison.Ordinal);
        Assert.Contains("it is of type v1, Kind=Secret", await ErrorsAsync(ns, "retyped"), StringComparison.Ordinal);
        Assert.Contains("Invalid value: \"not a key\"", await ErrorsAsync(ns, "invalid"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_made_of_a_dry_run_and_a_retried_name_is_not_changed_twice()
    {
        string ns = await fixture.NamespaceAsync();
        fixture.Webhooks.On($"{ns}/mark", _ => WebhookDouble.Patch("""[{"op":"add","path":"/data/marked","value":"yes"}]"""));
        await fixture.RegisterAsync("Mutating", ns, ConfigMaps, "mark");
        string shown = await Kubectl.RunAsync("create", "configmap", "trial", "-n", ns, "--from-literal=x=1", "--dry-run=server", "-o", "jsonpath={.data.marked}");
        Assert.Equal("yes", shown);
        Assert.NotEqual(0, (await Kubectl.TryAsync(null, "get", "configmap", "trial", "-n", ns)).ExitCode);
        Assert.True((bool)fixture.Webhooks.Asked($"{ns}/mark")[0]["dryRun"]!);
        await Kubectl.FeedAsync("{apiVersion: v1, kind: ConfigMap, metadata: {generateName: made-}, data: {x: '1'}}", "create", "-n", ns, "-f", "-");
        Assert.StartsWith("made-", (string?)fixture.Webhooks.Asked($"{ns}/mark")[1]["name"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deletion_cannot_be_patched()
    {
        string ns = await fixture.NamespaceAsync();
        await Kubectl.RunAsync("create", "configmap", "c", "-n", ns);
        fixture.Webhooks.On($"{ns}/patch", _ => WebhookDouble.Patch("""[{"op":"add","path":"/data","value":{}}]"""));
        await fixture.RegisterAsync("Mutating", ns, ConfigMaps.Replace("CREATE, UPDATE", "DELETE", StringComparison.Ordinal), "patch");
        (_, _, string errors) = await Kubectl.TryAsync(null, "delete", "configmap", "c", "-n", ns);
        Assert.Contains("attempted to modify the object, which is not supported for this operation", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_versions_of_the_same_objects_are_shown_as_the_webhook_asks()
    {
        string ns = await fixture.NamespaceAsync();
        await Kubectl.FeedAsync(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: gadgets.hooks.example.com}
            spec:
              group: hooks.example.com
              scope: Namespaced
              names: {plural: gadgets, kind: Gadget}
              versions:
              - {name: v1, served: true, storage: true, subresources: {scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}}, schema: &s {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer, maximum: 9}}}}}}}
              - {name: v1beta1, served: true, storage: false, schema: *s}
            """,
            "create", "-f", "-");
        await Kubectl.RunAsync("wait", "--for=condition=Established", "crd/gadgets.hooks.example.com");
        fixture.Webhooks.On($"{ns}/old", _ => WebhookDouble.Patch("""[{"op":"add","path":"/spec/size","value":4}]"""));
        fixture.Webhooks.On($"{ns}/exact", _ => WebhookDouble.Deny("never asked"));
        const string rules = "[{operations: [CREATE], apiGroups: [hooks.example.com], apiVersions: [v1beta1], resources: [gadgets]}]";
        await fixture.RegisterAsync("Mutating", ns, rules, "old", "exact matchPolicy: Exact");
        await Kubectl.FeedAsync("{apiVersion: hooks.example.com/v1, kind: Gadget, metadata: {name: g}, spec: {size: 1}}", "create", "-n", ns, "-f", "-");

        JsonNode asked = Assert.Single(fixture.Webhooks.Asked($"{ns}/old"));
        Assert.Equal(("v1beta1", "v1"), ((string?)asked["kind"]!["version"], (string?)asked["requestKind"]!["version"]));
        Assert.Equal("hooks.example.com/v1beta1", (string?)asked["object"]!["apiVersion"]);
        Assert.Equal("hooks.example.com/v1 4", await Kubectl.RunAsync("get", "gadgets.v1.hooks.example.com", "g", "-n", ns, "-o", "jsonpath={.apiVersion} {.spec.size}"));

        fixture.Webhooks.On($"{ns}-scale/less", r => (int)r["object"]!["spec"]!["replicas"]! > 5 ? WebhookDouble.Patch("""[{"op":"replace","path":"/spec/replicas","value":5}]""") : WebhookDouble.Allow());
        await fixture.ConfigureAsync("Mutating", $"{ns}-scale", $"[{{name: less.scale.example.com, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {{url: '{fixture.Webhooks.Url($"{ns}-scale/less")}', caBundle: {fixture.Webhooks.Authority}}}, rules: [{{operations: [UPDATE], apiGroups: [hooks.example.com], apiVersions: [v1], resources: [gadgets/scale]}}]}}]");
        await Kubectl.RunAsync("scale", "gadgets.v1.hooks.example.com/g", "-n", ns, "--replicas=8");
        Assert.Equal("5", await Kubectl.RunAsync("get", "gadgets.v1.hooks.example.com", "g", "-n", ns, "-o", "jsonpath={.spec.size}"));
        Assert.Equal("Scale", (string?)fixture.Webhooks.Asked($"{ns}-scale/less")[0]["kind"]!["kind"]);
    }

    private async Task<string> ErrorsAsync(string ns, string name) => (await Kubectl.TryAsync(null, "create", "configmap", name, "-n", ns, "--from-literal=x=1")).Errors;
}
