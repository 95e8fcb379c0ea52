using k8s;
using k8s.Models;
using Orchestrator.NodeTests.Containerd;
using Orchestrator.Testing.Images;

namespace Orchestrator.NodeTests.Cluster;

/// <summary>Images of pods from a registry that wants to know who asks.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class PodImageTests(OneNodeCluster cluster, ContainerdNode containerd)
{
    [Fact]
    public async Task A_private_image_is_pulled_with_the_pods_secret_or_that_of_its_account_and_not_without()
    {
        await using var registry = await LocalRegistry.StartAsync(containerd.Containerd.BusyboxArchive, "puller", "pass");
        var kubectl = cluster.Server.Kubectl();
        await kubectl.RunAsync("create", "secret", "docker-registry", "wrong", $"--docker-server={registry.Authority}", "--docker-username=puller", "--docker-password=guess");
        await kubectl.RunAsync("create", "secret", "docker-registry", "right", $"--docker-server={registry.Authority}", "--docker-username=puller", "--docker-password=pass");
        await CreateAsync("nobody", registry, _ => { });
        await kubectl.RunAsync("wait", "--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=ErrImagePull", "pod/nobody", "--timeout=120s");

        await CreateAsync("somebody", registry, spec => spec.ImagePullSecrets = [.. new[] { "absent", "wrong", "right" }.Select(n => new V1LocalObjectReference { Name = n })]);
        await cluster.RunningAsync("somebody");
        var events = await kubectl.RunAsync("get", "events", "--field-selector", "involvedObject.name=somebody", "-o", "jsonpath={range .items[*]}{.reason}: {.message}{\"\\n\"}{end}");
        Assert.Contains("FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (absent)", events, StringComparison.Ordinal);
        Assert.Contains($"Pulling: Pulling image \"{registry.Authority}/somebody:1\"", events, StringComparison.Ordinal);
        Assert.Contains($"Pulled: Successfully pulled image \"{registry.Authority}/somebody:1\" in ", events, StringComparison.Ordinal);

        await kubectl.RunAsync("create", "serviceaccount", "puller");
        await kubectl.RunAsync("patch", "serviceaccount", "puller", "-p", """{"imagePullSecrets":[{"name":"right"}]}""");
        await CreateAsync("accounted", registry, spec => spec.ServiceAccountName = "puller");
        await cluster.RunningAsync("accounted");
        await kubectl.RunAsync("delete", "pod", "nobody", "somebody", "accounted", "--now");
    }

    [Fact]
    public async Task An_image_comes_from_the_mirror_of_its_registry_and_only_as_its_policy_says()
    {
        await using var mirror = await LocalRegistry.StartAsync(containerd.Containerd.BusyboxArchive);
        var host = Directory.CreateDirectory(Path.Combine(containerd.Containerd.RegistriesDirectory, "registry.example"));
        await File.WriteAllTextAsync(Path.Combine(host.FullName, "hosts.toml"), $"server = \"https://registry.example\"\n[host.\"http://{mirror.Authority}\"]\n  capabilities = [\"pull\", \"resolve\"]\n");
        await CreateAsync("mirrored", "registry.example/mirrored:1", "IfNotPresent");
        await cluster.RunningAsync("mirrored");
        var asked = mirror.Manifests;
        Assert.True(asked > 0);

        await CreateAsync("again", "registry.example/mirrored:1", "IfNotPresent");
        await cluster.RunningAsync("again");
        Assert.Equal(asked, mirror.Manifests);
        await CreateAsync("always", "registry.example/mirrored:1", "Always");
        await cluster.RunningAsync("always");
        Assert.True(mirror.Manifests > asked);

        await CreateAsync("never", "registry.example/absent:1", "Never");
        var kubectl = cluster.Server.Kubectl();
        await kubectl.RunAsync("wait", "--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=ErrImageNeverPull", "pod/never", "--timeout=120s");
        await kubectl.RunAsync("delete", "pod", "mirrored", "again", "always", "never", "--now");
    }

    private Task CreateAsync(string name, LocalRegistry registry, Action<V1PodSpec> change) => CreateAsync(name, $"{registry.Authority}/{name}:1", "IfNotPresent", change);

    private async Task CreateAsync(string name, string image, string policy, Action<V1PodSpec>? change = null)
    {
        var pod = OneNodeCluster.Pod(name, "trap 'exit 0' TERM; while :; do sleep 0.1; done");
        (pod.Spec.Containers[0].Image, pod.Spec.Containers[0].ImagePullPolicy) = (image, policy);
        change?.Invoke(pod.Spec);
        using var client = cluster.Server.Client();
        await client.CoreV1.CreateNamespacedPodAsync(pod, "default");
    }
}
