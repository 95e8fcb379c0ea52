using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.IntegrationTests.Api;
using Orchestrator.Testing;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Services;

/// <summary>Services by kubectl and the client: addresses and node ports are given out, kept, and never twice.</summary>
public sealed class ServiceTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    /// <summary>The oldest and the newest kubectl there is.</summary>
    public static TheoryData<string> Programs => [.. new[] { Kubectl.Installed[0], Kubectl.Installed[^1] }.Distinct(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Services_are_given_addresses_and_keep_them(string program)
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync(program);
        await kubectl.RunAsync("create", "service", "clusterip", "web", "--tcp=80:8080");
        string address = await kubectl.RunAsync("get", "svc", "web", "-o", "jsonpath={.spec.clusterIP}");
        Assert.StartsWith("10.96.", address, StringComparison.Ordinal);
        Assert.Matches($@"web +ClusterIP +{address} +<none> +80/TCP +\S+ +app=web", await kubectl.RunAsync("get", "svc", "-o", "wide"));

        // A manifest without address replaces, and the address stays; a node port comes with the type and goes with it.
        await kubectl.FeedAsync(
            "---\n{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: NodePort, selector: {app: web}, ports: [{name: 80-8080, port: 80, targetPort: 8080}, {name: udp, port: 80, protocol: UDP}]}}",
            "replace", "-f", "-");
        string[] ports = (await kubectl.RunAsync("get", "svc", "web", "-o", "jsonpath={.spec.clusterIP} {.spec.ports[*].nodePort}")).Split(' ');
        Assert.Equal(address, ports[0]);
        Assert.Equal(ports[1], ports[2]);
        Assert.InRange(int.Parse(ports[1], System.Globalization.CultureInfo.InvariantCulture), 30000, 32767);
        await kubectl.RunAsync("patch", "svc", "web", "-p", "{\"spec\":{\"type\":\"ClusterIP\"}}");
        Assert.Equal("", await kubectl.RunAsync("get", "svc", "web", "-o", "jsonpath={.spec.ports[*].nodePort}{.spec.externalTrafficPolicy}"));
        (_, _, string moved) = await kubectl.TryAsync(null, "patch", "svc", "web", "-p", "{\"spec\":{\"clusterIP\":\"10.96.0.99\",\"clusterIPs\":[\"10.96.0.99\"]}}");
        Assert.Contains("spec.clusterIPs[0]: Invalid value: \"10.96.0.99\": may not change once set", moved, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Pods_are_exposed(string program)
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync(program);
        await kubectl.RunAsync("run", "web", "--image=x", "--port=80", "--labels=app=web");
        Assert.Contains("service/web exposed", await kubectl.RunAsync("expose", "pod", "web", "--type=NodePort"), StringComparison.Ordinal);
        Assert.Matches(@"NodePort: +<unset> +\d+/TCP", await kubectl.RunAsync("describe", "svc", "web"));
        Assert.Contains("service/web", await kubectl.RunAsync("get", "all"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_taken_is_refused_and_free_again_once_its_service_is_gone()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync(Kubectl.Installed[^1]);
        const string given = "spec: {type: NodePort, clusterIP: 10.96.0.77, ports: [{port: 80, nodePort: 30077}]}}";
        await kubectl.FeedAsync("---\n{apiVersion: v1, kind: Service, metadata: {name: one}, " + given, "create", "-f", "-");
        (_, _, string taken) = await kubectl.TryAsync("---\n{apiVersion: v1, kind: Service, metadata: {name: two}, " + given, "create", "-f", "-");
        Assert.Contains("failed to allocate IP 10.96.0.77: provided IP is already allocated", taken, StringComparison.Ordinal);
        Assert.Contains("spec.ports[0].nodePort: Invalid value: 30077: provided port is already allocated", taken, StringComparison.Ordinal);
        (_, _, string outside) = await kubectl.TryAsync(
            "---\n{apiVersion: v1, kind: Service, metadata: {name: two}, spec: {type: NodePort, clusterIP: 10.0.0.1, ports: [{port: 80, nodePort: 80}]}}", "create", "-f", "-");
        Assert.Contains("the provided IP (10.0.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16", outside, StringComparison.Ordinal);
        Assert.Contains("provided port is not in the valid range. The range of valid ports is 30000-32767", outside, StringComparison.Ordinal);

        await kubectl.RunAsync("delete", "svc", "one");
        await Eventually.TrueAsync(
            async () => (await kubectl.TryAsync("---\n{apiVersion: v1, kind: Service, metadata: {name: two}, " + given, "create", "-f", "-")).ExitCode == 0,
            "address and port are free");
    }

    [Fact]
    public async Task Services_made_at_once_have_addresses_and_ports_of_their_own()
    {
        using Kubernetes client = fixture.Server.Client();
        string ns = (await client.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new() { GenerateName = "many-" } }, cancellationToken: TestContext.Current.CancellationToken)).Name();
        V1Service[] made = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => client.CoreV1.CreateNamespacedServiceAsync(
            new V1Service
            {
                Metadata = new() { Name = $"s{i}" },
                Spec = new() { Type = "NodePort", Ports = [new() { Port = 80 }] },
            },
            ns,
            cancellationToken: TestContext.Current.CancellationToken)));
        Assert.Equal(100, made.Select(s => s.Spec.ClusterIP).Distinct().Count());
        Assert.Equal(100, made.Select(s => s.Spec.Ports[0].NodePort).Distinct().Count());
    }

    [Fact]
    public async Task The_api_is_a_service_with_its_server_as_endpoint()
    {
        Kubectl kubectl = fixture.Server.Kubectl();
        await Eventually.TrueAsync(
            async () => (await kubectl.TryAsync(null, "get", "endpointslices", "kubernetes", "-o", "name")).ExitCode == 0, "endpoints of the API");
        Assert.Matches(@"kubernetes +ClusterIP +10\.96\.0\.1 +<none> +443/TCP", await kubectl.RunAsync("get", "svc"));
        Assert.Contains($"127.0.0.1:{fixture.Server.Address.Port}", await kubectl.RunAsync("get", "ep", "kubernetes"), StringComparison.Ordinal);
        JsonNode slice = JsonNode.Parse(await kubectl.RunAsync("get", "endpointslices", "kubernetes", "-o", "json"))!;
        Assert.Equal("127.0.0.1", (string?)slice["endpoints"]![0]!["addresses"]![0]);
        Assert.Contains("127.0.0.1", await kubectl.RunAsync("describe", "svc", "kubernetes"), StringComparison.Ordinal);
    }
}
