using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.NodeTests.Cluster;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Streams;

/// <summary>Proxies through the API: to the agent, and to what pods serve.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class ProxyTests(OneNodeCluster cluster)
{
    private const string Web = "trap 'exit 0' TERM; mkdir -p /www/cgi-bin /www/dir; echo hello > /www/index.html; echo inner > /www/dir/index.html; "
        + "printf '#!/bin/sh\\necho; env; cat\\n' > /www/cgi-bin/env; chmod +x /www/cgi-bin/env; httpd -p 8080 -h /www; while :; do sleep 0.2; done";

    [Fact]
    public async Task The_agents_own_paths_are_served_but_no_streams()
    {
        var kubectl = cluster.Server.Kubectl();
        Assert.Equal("ok", await kubectl.RunAsync("get", "--raw", $"/api/v1/nodes/{OneNodeCluster.Node}/proxy/healthz"));
        Assert.Contains("# TYPE", await kubectl.RunAsync("get", "--raw", $"/api/v1/nodes/{OneNodeCluster.Node}/proxy/metrics"), StringComparison.Ordinal);
        Assert.Contains("node_cpu_usage_seconds_total", await kubectl.RunAsync("get", "--raw", $"/api/v1/nodes/{OneNodeCluster.Node}/proxy/metrics/resource"), StringComparison.Ordinal);
        var summary = JsonNode.Parse(await kubectl.RunAsync("get", "--raw", $"/api/v1/nodes/{OneNodeCluster.Node}/proxy/stats/summary"))!;
        Assert.Equal(OneNodeCluster.Node, summary["node"]!["nodeName"]!.GetValue<string>());

        await StartAsync("logger", "echo seen; " + Web);
        var pods = KubernetesJson.Deserialize<V1PodList>(await kubectl.RunAsync("get", "--raw", $"/api/v1/nodes/{OneNodeCluster.Node}/proxy/pods"));
        Assert.Contains(pods.Items, p => p.Metadata.Name == "logger");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "--raw", $"/api/v1/nodes/{OneNodeCluster.Node}/proxy/containerLogs/default/logger/main") == "seen\n", "the log is served");
        var (code, _, errors) = await kubectl.TryAsync(null, "get", "--raw", $"/api/v1/nodes/{OneNodeCluster.Node}/proxy/exec/default/logger/main?command=id&output=1");
        Assert.Equal(1, code);
        Assert.Contains("exec is not served through nodes/proxy", errors, StringComparison.Ordinal);
        await kubectl.RunAsync("delete", "pod", "logger", "--now");
    }

    [Fact]
    public async Task A_pods_port_is_served_with_methods_headers_and_redirects()
    {
        await StartAsync("web", Web);
        using var http = cluster.Server.Http();
        const string root = "/api/v1/namespaces/default/pods/web:8080/proxy";
        Assert.Equal("hello\n", await Eventually.GetAsync(() => TryGetAsync(http, root + "/"), "the pod answers"));

        using var answer = await http.PostAsync(new Uri(root + "/cgi-bin/env?a=%2Fb", UriKind.Relative), new StringContent("the body"));
        var environment = await answer.Content.ReadAsStringAsync();
        Assert.Contains("REQUEST_METHOD=POST", environment, StringComparison.Ordinal);
        Assert.Contains("QUERY_STRING=a=%2Fb", environment, StringComparison.Ordinal);
        Assert.EndsWith("the body", environment, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP_AUTHORIZATION", environment, StringComparison.Ordinal);

        using var plain = cluster.Server.Http();
        using var missing = await plain.GetAsync(new Uri(root + "/nothing", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        using var closed = await plain.GetAsync(new Uri("/api/v1/namespaces/default/pods/web:81/proxy/", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, closed.StatusCode);
        Assert.Contains("error trying to reach service: dial tcp", await closed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var none = await plain.GetAsync(new Uri("/api/v1/namespaces/default/pods/nobody:81/proxy/", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);

        // Without its slash the root is led to it; and what the pod redirects to stays behind the proxy.
        Assert.Equal("hello\n", await http.GetStringAsync(new Uri(root, UriKind.Relative)));
        Assert.Equal("inner\n", await http.GetStringAsync(new Uri(root + "/dir", UriKind.Relative)));
        await cluster.Server.Kubectl().RunAsync("delete", "pod", "web", "--now");
    }

    [Fact]
    public async Task A_service_leads_to_a_pod_behind_it_and_kubectl_proxy_to_both()
    {
        var pod = await StartAsync("behind", Web);
        var kubectl = cluster.Server.Kubectl();
        await kubectl.FeedAsync("{apiVersion: v1, kind: Service, metadata: {name: front}, spec: {ports: [{name: web, port: 80, targetPort: 8080}]}}", "apply", "-f", "-");
        await kubectl.FeedAsync(
            "{apiVersion: v1, kind: Endpoints, metadata: {name: front}, subsets: [{ports: [{name: web, port: 8080}], "
                + $"addresses: [{{ip: {pod.Status.PodIP}, nodeName: {OneNodeCluster.Node}, targetRef: {{kind: Pod, namespace: default, name: behind}}}}]}}]}}",
            "apply", "-f", "-");
        using var proxy = kubectl.Start("proxy", "--port=0");
        try
        {
            // "Starting to serve on 127.0.0.1:PORT"
            var address = (await proxy.StandardOutput.ReadLineAsync())!.Split(' ')[^1];
            using var http = new HttpClient { BaseAddress = new Uri($"http://{address}") };
            Assert.Equal("hello\n", await Eventually.GetAsync(() => TryGetAsync(http, "/api/v1/namespaces/default/services/front:web/proxy/"), "the service answers"));
            Assert.Equal("hello\n", await http.GetStringAsync(new Uri("/api/v1/namespaces/default/services/http:front:80/proxy/index.html", UriKind.Relative)));
            Assert.Equal("hello\n", await http.GetStringAsync(new Uri("/api/v1/namespaces/default/pods/behind:8080/proxy/index.html", UriKind.Relative)));
            using var unknown = await http.GetAsync(new Uri("/api/v1/namespaces/default/services/front:other/proxy/", UriKind.Relative));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, unknown.StatusCode);
        }
        finally
        {
            proxy.Kill();
        }

        await kubectl.RunAsync("delete", "service/front", "pod/behind", "--now");
    }

    private async Task<V1Pod> StartAsync(string name, string script)
    {
        using var client = cluster.Server.Client();
        await client.CoreV1.CreateNamespacedPodAsync(OneNodeCluster.Pod(name, script), "default");
        return await cluster.RunningAsync(name);
    }

    private static async Task<string?> TryGetAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : null;
    }
}
