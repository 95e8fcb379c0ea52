using System.Text;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>Kinds that charts bring and that something in the cluster acts on, or nothing yet: they are kept, printed as users know them, and warned of where they do nothing.</summary>
public sealed class KeptKindTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    public static TheoryData<string> Programs => [.. Kubectl.Span];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task What_a_chart_brings_is_applied_and_printed(string program)
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync(program);
        (int code, string output, string errors) = await kubectl.TryAsync(
            """
            ---
            {apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: nginx, annotations: {ingressclass.kubernetes.io/is-default-class: 'true'}}, spec: {controller: k8s.io/ingress-nginx}}
            ---
            {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}, spec: {tls: [{hosts: [a.example.com]}], rules: [{host: a.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}}
            ---
            {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: closed}, spec: {podSelector: {matchLabels: {app: web}}, ingress: []}}
            ---
            {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast, annotations: {storageclass.kubernetes.io/is-default-class: 'true'}}, provisioner: example.com/disks}
            ---
            {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
            ---
            {apiVersion: v1, kind: PodTemplate, metadata: {name: t}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: main, image: 'x:1'}]}}}
            """,
            "apply", "-f", "-");
        Assert.True(code == 0, errors);
        Assert.Contains("podtemplate/t created", output, StringComparison.Ordinal);
        Assert.Contains("network policies are kept but not enforced", errors, StringComparison.Ordinal);

        Assert.Matches(@"NAME +CLASS +HOSTS +ADDRESS +PORTS +AGE\nweb +nginx +a.example.com +80, 443 +\d+s", await kubectl.RunAsync("get", "ing"));
        Assert.Matches(@"NAME +CONTROLLER +PARAMETERS +AGE\nnginx +k8s.io/ingress-nginx +<none> ", await kubectl.RunAsync("get", "ingressclass"));
        Assert.Matches(@"NAME +POD-SELECTOR +AGE\nclosed +app=web ", await kubectl.RunAsync("get", "netpol"));
        Assert.Matches(@"NAME +PROVISIONER +RECLAIMPOLICY +VOLUMEBINDINGMODE +ALLOWVOLUMEEXPANSION +AGE\nfast \(default\) +example.com/disks +Delete +Immediate +false ", await kubectl.RunAsync("get", "sc"));
        Assert.Matches(@"NAME +STATUS +VOLUME +CAPACITY +ACCESS MODES +STORAGECLASS +VOLUMEATTRIBUTESCLASS +AGE\ndata +Pending +fast +<unset> ", await kubectl.RunAsync("get", "pvc"));
        Assert.Matches(@"NAME +CONTAINERS +IMAGES +POD LABELS +AGE\nt +main +x:1 +app=web", await kubectl.RunAsync("get", "podtemplates"));
        Assert.Contains("a.example.com", await kubectl.RunAsync("describe", "ingress", "web"), StringComparison.Ordinal);
        Assert.Contains("Namespace:  ", await kubectl.RunAsync("describe", "netpol", "closed"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task The_components_of_the_server_are_listed_with_a_warning(string program)
    {
        (_, string output, string warning) = await fixture.Server.Kubectl(program).TryAsync(null, "get", "componentstatuses");
        Assert.Matches(@"NAME +STATUS +MESSAGE +ERROR *\n", output);
        Assert.Matches(@"database +Healthy +ok", output);
        Assert.Contains("v1 ComponentStatus is deprecated in v1.19+", warning, StringComparison.Ordinal);
        Assert.Equal("True", await fixture.Server.Kubectl(program).RunAsync("get", "cs", "ping", "-o", "jsonpath={.conditions[0].status}"));
    }

    [Fact]
    public async Task A_pod_is_bound_the_older_way()
    {
        string ns = await fixture.NamespaceAsync();
        await fixture.Server.Kubectl().FeedAsync(
            "---\n{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {schedulerName: none, containers: [{name: main, image: 'x:1'}]}}", "create", "-n", ns, "-f", "-");
        using HttpClient http = fixture.Server.Http();
        Assert.Equal((404, true), await PostAsync("q"));
        Assert.Equal((201, false), await PostAsync("p"));
        Assert.Equal("n7", await fixture.Server.Kubectl().RunAsync("get", "pod", "p", "-n", ns, "-o", "jsonpath={.spec.nodeName}"));
        Assert.Equal((409, false), await PostAsync("p"));

        async Task<(int Code, bool IsMissing)> PostAsync(string pod)
        {
            using var content = new StringContent(
                $$$"""{"apiVersion":"v1","kind":"Binding","metadata":{"name":"{{{pod}}}"},"target":{"kind":"Node","name":"n7"}}""", Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await http.PostAsync(new Uri($"/api/v1/namespaces/{ns}/bindings", UriKind.Relative), content);
            return ((int)response.StatusCode, (await response.Content.ReadAsStringAsync()).Contains($"pods \\\"{pod}\\\" not found", StringComparison.Ordinal));
        }
    }
}
