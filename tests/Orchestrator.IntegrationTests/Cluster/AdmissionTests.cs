using System.Text.Json.Nodes;
using Orchestrator.Testing;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Cluster;

/// <summary>What becomes of a pod's references, of namespaces and of bindings.</summary>
public sealed class AdmissionTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    private Kubectl Kubectl => cluster.Admin;

    [Fact]
    public async Task Every_cluster_has_its_namespaces_runtime_classes_and_priorities()
    {
        await AssertThereAsync("namespace", "default", "kube-node-lease", "kube-public", "kube-system");
        await AssertThereAsync("runtimeclass", "runc", "qemu", "kvm", "vm");
        await AssertThereAsync("priorityclass", "system-cluster-critical", "system-node-critical");
    }

    [Fact]
    public async Task Priority_and_overhead_come_from_their_classes()
    {
        await Kubectl.FeedAsync("{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 7, preemptionPolicy: Never}", "create", "-f", "-");
        await Kubectl.FeedAsync(
            "{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: heavy}, handler: vm, overhead: {podFixed: {memory: 60Mi}}, scheduling: {nodeSelector: {vm: 'yes'}, tolerations: [{key: vm, operator: Exists}]}}",
            "create", "-f", "-");
        await Kubectl.FeedAsync(Pod("classy", "priorityClassName: high, runtimeClassName: heavy"), "create", "-f", "-");
        JsonNode spec = JsonNode.Parse(await Kubectl.RunAsync("get", "pod", "classy", "-o", "json"))!["spec"]!;
        Assert.Equal(7, (int?)spec["priority"]);
        Assert.Equal("Never", (string?)spec["preemptionPolicy"]);
        Assert.Equal("60Mi", (string?)spec["overhead"]!["memory"]);
        Assert.Equal("yes", (string?)spec["nodeSelector"]!["vm"]);
        Assert.Contains(spec["tolerations"]!.AsArray(), t => (string?)t!["key"] == "vm");
    }

    [Theory]
    [InlineData("runtimeClassName: warp", "pod rejected: RuntimeClass \"warp\" not found")]
    [InlineData("priorityClassName: royal", "no PriorityClass with name royal was found")]
    [InlineData("priority: 5", "the integer value of priority (5) must not be provided in pod spec")]
    [InlineData("serviceAccountName: ghost", "error looking up service account default/ghost: serviceaccount \"ghost\" not found")]
    [InlineData("overhead: {memory: 1Mi}", "Pod's Overhead doesn't match RuntimeClass's defined Overhead")]
    public async Task A_reference_to_nothing_is_refused_by_name(string field, string expected)
    {
        (int exitCode, _, string errors) = await Kubectl.TryAsync(Pod("refused", field), "create", "-f", "-");
        Assert.NotEqual(0, exitCode);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_gets_its_account_takes_its_content_along_and_admits_nothing_while_it_ends()
    {
        await Kubectl.RunAsync("create", "namespace", "team");
        await Eventually.TrueAsync(
            async () => (await Kubectl.TryAsync(null, "get", "serviceaccount", "default", "-n", "team")).ExitCode == 0, "service account of the namespace");
        await Kubectl.FeedAsync(
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: held, namespace: team, finalizers: [example.com/hold]}}", "create", "-f", "-");
        await Kubectl.RunAsync("delete", "namespace", "team", "--wait=false");
        (_, _, string refused) = await Kubectl.TryAsync(null, "create", "configmap", "late", "-n", "team");
        Assert.Contains("unable to create new content in namespace team because it is being terminated", refused, StringComparison.Ordinal);
        Assert.Equal("Terminating", await Kubectl.RunAsync("get", "namespace", "team", "-o", "jsonpath={.status.phase}"));

        await Kubectl.RunAsync("patch", "configmap", "held", "-n", "team", "--type=json", "-p", "[{\"op\":\"remove\",\"path\":\"/metadata/finalizers\"}]");
        await Kubectl.RunAsync("wait", "--for=delete", "namespace/team", "--timeout=170s");
        (_, _, string missing) = await Kubectl.TryAsync(null, "create", "configmap", "later", "-n", "team");
        Assert.Contains("namespaces \"team\" not found", missing, StringComparison.Ordinal);
        (_, _, string kept) = await Kubectl.TryAsync(null, "delete", "namespace", "kube-system");
        Assert.Contains("this namespace may not be deleted", kept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_is_bound_once()
    {
        await Kubectl.FeedAsync(Pod("bound", "schedulerName: somebody-else"), "create", "-f", "-");
        await BindAsync("bound", "elsewhere");
        Assert.Equal("elsewhere True", await Kubectl.RunAsync("get", "pod", "bound", "-o", "jsonpath={.spec.nodeName} {.status.conditions[?(@.type=='PodScheduled')].status}"));
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => BindAsync("bound", "n2"));
        Assert.Contains("pod bound is already assigned to node \"elsewhere\"", refused.Message, StringComparison.Ordinal);
        InvalidOperationException missing = await Assert.ThrowsAsync<InvalidOperationException>(() => BindAsync("nobody", "n2"));
        Assert.Contains("pods \"nobody\" not found", missing.Message, StringComparison.Ordinal);
    }

    private static string Pod(string name, string fields) =>
        $"{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{{fields}, containers: [{{name: main, image: 'x:1'}}]}}}}";

    private Task<string> BindAsync(string pod, string node) => Kubectl.FeedAsync(
        $$$"""{"apiVersion":"v1","kind":"Binding","metadata":{"name":"{{{pod}}}"},"target":{"kind":"Node","name":"{{{node}}}"}}""",
        "create", "--raw", $"/api/v1/namespaces/default/pods/{pod}/binding", "-f", "-");

    private Task<string> AssertThereAsync(string resource, params string[] names) => Kubectl.RunAsync(["get", resource, .. names]);
}
