using Orchestrator.IntegrationTests.Api;
using Orchestrator.Testing;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Cluster;

/// <summary>What namespaces bound, by kubectl: quotas, limit ranges, disruption budgets and drains.</summary>
public sealed class PolicyTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    /// <summary>The oldest and the newest kubectl there is.</summary>
    public static TheoryData<string> Programs => [.. new[] { Kubectl.Installed[0], Kubectl.Installed[^1] }.Distinct(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_quota_refuses_what_exceeds_it_and_takes_back_what_is_deleted(string program)
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync(program);
        await kubectl.RunAsync("create", "quota", "q", "--hard=pods=1,requests.cpu=1,count/configmaps=3");
        await kubectl.FeedAsync(Pod("one", "{requests: {cpu: 600m}}"), "create", "-f", "-");
        (_, _, string exceeded) = await kubectl.TryAsync(Pod("two", "{requests: {cpu: 500m}}"), "create", "-f", "-");
        Assert.Contains(
            "pods \"two\" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu=500m, used: pods=1,requests.cpu=600m, limited: pods=1,requests.cpu=1",
            exceeded, StringComparison.Ordinal);
        (_, _, string silent) = await kubectl.TryAsync(Pod("three", "{}"), "create", "-f", "-", "--dry-run=server");
        Assert.Contains("failed quota: q: must specify requests.cpu for: main", silent, StringComparison.Ordinal);
        Assert.Matches(@"requests.cpu +600m +1\n", await kubectl.RunAsync("describe", "quota", "q"));
        Assert.Contains("pods: 1/1, requests.cpu: 600m/1", await kubectl.RunAsync("get", "quota"), StringComparison.Ordinal);

        await kubectl.RunAsync("delete", "pod", "one");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "quota", "q", "-o", "jsonpath={.status.used.pods}") == "0", "count of the quota");
        await kubectl.FeedAsync(Pod("two", "{requests: {cpu: 500m}}"), "create", "-f", "-");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_limit_range_fills_in_and_refuses(string program)
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync(program);
        await kubectl.FeedAsync(
            "---\n{apiVersion: v1, kind: LimitRange, metadata: {name: l}, spec: {limits: [{type: Container, max: {cpu: '1'}, min: {cpu: 100m}, default: {cpu: 500m}, defaultRequest: {cpu: 200m}, maxLimitRequestRatio: {cpu: '4'}}]}}",
            "create", "-f", "-");
        await kubectl.FeedAsync(Pod("filled", "{}"), "create", "-f", "-");
        Assert.Equal(
            "200m 500m Burstable",
            await kubectl.RunAsync("get", "pod", "filled", "-o", "jsonpath={.spec.containers[0].resources.requests.cpu} {.spec.containers[0].resources.limits.cpu} {.status.qosClass}"));
        Assert.Equal(
            "LimitRanger plugin set: cpu request for container main; cpu limit for container main",
            await kubectl.RunAsync("get", "pod", "filled", "-o", @"jsonpath={.metadata.annotations.kubernetes\.io/limit-ranger}"));
        (_, _, string refused) = await kubectl.TryAsync(Pod("big", "{requests: {cpu: 100m}, limits: {cpu: '2'}}"), "create", "-f", "-");
        Assert.Contains(
            "pods \"big\" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, cpu max limit to request ratio per Container is 4, but provided ratio is 20.000000]",
            refused, StringComparison.Ordinal);
        Assert.Matches(@"Container +cpu +100m +1 +200m +500m +4", await kubectl.RunAsync("describe", "limits", "l"));
    }

    [Fact]
    public async Task A_budget_gets_back_what_was_charged_for_a_pod_that_stayed()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync(null);
        await kubectl.RunAsync("create", "poddisruptionbudget", "b", "--selector=app=web", "--min-available=0");
        await kubectl.FeedAsync("---\n{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}, spec: {schedulerName: none, nodeName: gone, containers: [{name: main, image: 'x:1'}]}}", "create", "-f", "-");
        await kubectl.RunAsync("patch", "pod", "web", "--subresource=status", "-p", "{\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "pdb", "b", "-o", "jsonpath={.status.disruptionsAllowed}") == "1", "count of the budget");

        string ns = await kubectl.RunAsync("get", "pod", "web", "-o", "jsonpath={.metadata.namespace}");
        using HttpClient http = fixture.Server.Http();
        using var content = new StringContent("""{"deleteOptions":{"preconditions":{"resourceVersion":"1"}}}""", System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.PostAsync(new Uri($"/api/v1/namespaces/{ns}/pods/web/eviction", UriKind.Relative), content);
        Assert.Equal(409, (int)response.StatusCode);
        Assert.Equal("1 ", await kubectl.RunAsync("get", "pdb", "b", "-o", "jsonpath={.status.disruptionsAllowed} {.status.disruptedPods}"));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_drain_evicts_as_many_as_the_budget_allows(string program)
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync(program);
        string node = $"drained-{Guid.NewGuid():N}";
        await kubectl.FeedAsync($"---\n{{apiVersion: v1, kind: Node, metadata: {{name: {node}}}}}", "create", "-f", "-");
        await kubectl.RunAsync("create", "poddisruptionbudget", "b", "--selector=app=web", "--min-available=1");
        foreach (string pod in (string[])["web-1", "web-2"])
        {
            await kubectl.FeedAsync($"---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {pod}, labels: {{app: web}}}}, spec: {{schedulerName: none, nodeName: {node}, containers: [{{name: main, image: 'x:1'}}]}}}}", "create", "-f", "-");
            await kubectl.RunAsync("patch", "pod", pod, "--subresource=status", "-p", "{\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}");
        }

        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "pdb", "b", "-o", "jsonpath={.status.disruptionsAllowed} {.status.expectedPods}") == "1 2", "count of the budget");
        Assert.Matches(@"NAME +MIN AVAILABLE +MAX UNAVAILABLE +ALLOWED DISRUPTIONS +AGE\nb +1 +N/A +1 ", await kubectl.RunAsync("get", "pdb"));
        (int exitCode, _, string refused) = await kubectl.TryAsync(null, "drain", node, "--force", "--grace-period=0", "--timeout=3s");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("Cannot evict pod as it would violate the pod's disruption budget.", refused, StringComparison.Ordinal);
        Assert.Single((await kubectl.RunAsync("get", "pods", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("true", await kubectl.RunAsync("get", "node", node, "-o", "jsonpath={.spec.unschedulable}"));
        await kubectl.RunAsync("delete", "pdb", "b");
        await kubectl.RunAsync("drain", node, "--force", "--grace-period=0", "--timeout=170s");
        Assert.Equal("", await kubectl.RunAsync("get", "pods", "-o", "name"));
        await kubectl.RunAsync("uncordon", node);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Pod_security_labels_refuse_and_warn(string program)
    {
        Kubectl admin = fixture.Server.Kubectl(program);
        string ns = await fixture.NamespaceAsync();
        var kubectl = new NamespacedKubectl(admin, ns);
        const string Privileged = "---\n{apiVersion: v1, kind: Pod, metadata: {name: bad}, spec: {schedulerName: none, hostNetwork: true, containers: [{name: main, image: 'x:1', securityContext: {privileged: true}}]}}";
        await kubectl.FeedAsync(Privileged, "create", "-f", "-");

        (_, _, string misspelt) = await admin.TryAsync(null, "label", "namespace", ns, "pod-security.kubernetes.io/enforce=strict");
        Assert.Contains("must be one of privileged, baseline, restricted", misspelt, StringComparison.Ordinal);
        (int exitCode, _, string warned) = await admin.TryAsync(null, "label", "namespace", ns, "pod-security.kubernetes.io/enforce=baseline", "pod-security.kubernetes.io/warn=restricted");
        Assert.Equal(0, exitCode);
        Assert.Contains($"Warning: existing pods in namespace \"{ns}\" violate the new PodSecurity enforce level \"baseline:latest\"", warned, StringComparison.Ordinal);
        Assert.Contains("Warning: bad: host namespaces, privileged", warned, StringComparison.Ordinal);

        (_, _, string refused) = await kubectl.TryAsync(Privileged.Replace("name: bad", "name: worse", StringComparison.Ordinal), "create", "-f", "-");
        Assert.Contains(
            "pods \"worse\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostNetwork=true), privileged (container \"main\" must not set securityContext.privileged=true)",
            refused, StringComparison.Ordinal);
        (int created, _, string restricted) = await kubectl.TryAsync(Pod("plain", "{}"), "create", "-f", "-");
        Assert.Equal(0, created);
        Assert.Contains(
            "Warning: would violate PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"main\" must set securityContext.allowPrivilegeEscalation=false), "
            + "unrestricted capabilities (container \"main\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container \"main\" must set securityContext.runAsNonRoot=true), "
            + "seccompProfile (pod or container \"main\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")",
            restricted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_eviction_of_no_pod_is_not_found()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync(null);
        (_, _, string missing) = await kubectl.TryAsync(
            "{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"ghost\"}}", "create", "--raw", "/api/v1/namespaces/default/pods/ghost/eviction", "-f", "-");
        Assert.Contains("pods \"ghost\" not found", missing, StringComparison.Ordinal);
    }

    private static string Pod(string name, string resources) =>
        $"---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{schedulerName: none, containers: [{{name: main, image: 'x:1', resources: {resources}}}]}}}}";
}
