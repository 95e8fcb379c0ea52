using k8s;
using k8s.Models;

namespace Orchestrator.NodeTests.Cluster;

/// <summary>A pod calls the API as its service account, with what every pod finds in its file system and environment.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class PodTokenTests(OneNodeCluster cluster)
{
    private const string Account = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string Call = "curl -sS --max-time 20 --cacert " + Account + "/ca.crt -H \"Authorization: Bearer $(cat " + Account + "/token)\" "
        + "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pod_is_known_to_the_api_by_its_token(bool hostNetwork)
    {
        var name = hostNetwork ? "caller-on-host" : "caller";
        using var client = cluster.Server.Client();
        var kubectl = cluster.Server.Kubectl();
        await kubectl.RunAsync("create", "namespace", name);
        await kubectl.RunAsync("-n", name, "create", "role", "reader", "--verb=list", "--resource=pods");
        await kubectl.RunAsync("-n", name, "create", "rolebinding", "reader", "--role=reader", $"--serviceaccount={name}:default");
        var pod = CurlPod(name, hostNetwork);
        await client.CoreV1.CreateNamespacedPodAsync(pod, name);
        await kubectl.RunAsync("-n", name, "wait", "--for=condition=Ready", "pod/" + name, "--timeout=170s");

        var review = await ExecAsync(name, Call + "/apis/authentication.k8s.io/v1/selfsubjectreviews -H 'Content-Type: application/json' "
            + "-d '{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"SelfSubjectReview\"}'");
        var user = KubernetesJson.Deserialize<V1SelfSubjectReview>(review).Status.UserInfo;
        Assert.Equal($"system:serviceaccount:{name}:default", user.Username);
        Assert.Equal([name], user.Extra["authentication.kubernetes.io/pod-name"]);
        Assert.Equal([OneNodeCluster.Node], user.Extra["authentication.kubernetes.io/node-name"]);

        var pods = KubernetesJson.Deserialize<V1PodList>(await ExecAsync(name, Call + "/api/v1/namespaces/$(cat " + Account + "/namespace)/pods"));
        Assert.Equal(name, Assert.Single(pods.Items).Metadata.Name);
        var refused = KubernetesJson.Deserialize<V1Status>(await ExecAsync(name, Call + "/api/v1/namespaces/default/pods"));
        Assert.Equal(403, refused.Code);
        Assert.Contains($"User \"system:serviceaccount:{name}:default\" cannot list resource \"pods\"", refused.Message, StringComparison.Ordinal);
        await kubectl.RunAsync("delete", "namespace", name);
    }

    [Fact]
    public async Task Containers_resolve_their_own_name_and_their_aliases_but_get_no_token_that_is_not_wanted()
    {
        using var client = cluster.Server.Client();
        var pod = OneNodeCluster.Pod("aliased", "trap 'exit 0' TERM; while :; do sleep 0.2; done");
        pod.Spec.AutomountServiceAccountToken = false;
        pod.Spec.HostAliases = [new V1HostAlias { Ip = "192.0.2.7", Hostnames = ["one.example", "two.example"] }];
        await client.CoreV1.CreateNamespacedPodAsync(pod, "default");
        var running = await cluster.RunningAsync("aliased");
        var hosts = await cluster.Server.Kubectl().RunAsync("exec", "aliased", "--", "cat", "/etc/hosts");
        Assert.Contains($"{running.Status.PodIP}\taliased\n", hosts, StringComparison.Ordinal);
        Assert.Contains("192.0.2.7\tone.example\ttwo.example\n", hosts, StringComparison.Ordinal);
        var (code, _, _) = await cluster.Server.Kubectl().TryAsync(null, "exec", "aliased", "--", "test", "-e", Account);
        Assert.Equal(1, code);
        await cluster.Server.Kubectl().RunAsync("delete", "pod", "aliased", "--now");
    }

    private Task<string> ExecAsync(string name, string script) => cluster.Server.Kubectl().RunAsync("-n", name, "exec", name, "--", "sh", "-c", script);

    /// <summary>busybox with the machine's own curl and libraries over it.</summary>
    private static V1Pod CurlPod(string name, bool hostNetwork)
    {
        var pod = OneNodeCluster.Pod(name, "trap 'exit 0' TERM; while :; do sleep 0.2; done");
        pod.Metadata.NamespaceProperty = name;
        pod.Spec.HostNetwork = hostNetwork;
        (string Name, string Path)[] directories = [("usr", "/usr"), ("lib", "/usr/lib"), ("lib64", "/usr/lib64")];
        pod.Spec.Volumes = [.. directories.Select(d => new V1Volume { Name = d.Name, HostPath = new V1HostPathVolumeSource { Path = d.Path } })];
        pod.Spec.Containers[0].VolumeMounts = [.. directories.Select(d => new V1VolumeMount { Name = d.Name, MountPath = $"/{d.Name}", ReadOnlyProperty = true })];
        return pod;
    }
}
