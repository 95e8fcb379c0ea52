using k8s;
using k8s.Models;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Cluster;

/// <summary>What becomes of pods when the node, or their share of it, runs short.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class EvictionTests(OneNodeCluster cluster)
{
    private const string Idle = "trap 'exit 0' TERM; while :; do sleep 0.1; done";

    [Fact]
    public async Task A_pod_that_fills_a_volume_beyond_its_limit_is_evicted()
    {
        var pod = OneNodeCluster.Pod("filler", "head -c 3000000 /dev/zero > /data/file; " + Idle);
        pod.Spec.Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = new("1Mi") } }];
        pod.Spec.Containers[0].VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }];
        var hoarder = OneNodeCluster.Pod("hoarder", "head -c 3000000 /dev/zero > /file; " + Idle);
        hoarder.Spec.Containers[0].Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["ephemeral-storage"] = new("2Mi") } };
        using var client = cluster.Server.Client();
        await client.CoreV1.CreateNamespacedPodAsync(pod, "default");
        await client.CoreV1.CreateNamespacedPodAsync(hoarder, "default");

        var evicted = await cluster.PhaseAsync("filler", "Failed");
        Assert.Equal("Evicted", evicted.Status.Reason);
        Assert.Equal("Usage of EmptyDir volume \"data\" exceeds the limit \"1Mi\". ", evicted.Status.Message);
        evicted = await cluster.PhaseAsync("hoarder", "Failed");
        Assert.Equal("Container main exceeded its local ephemeral storage limit \"2Mi\". ", evicted.Status.Message);
        await cluster.Server.Kubectl().RunAsync("delete", "pod", "filler", "hoarder");
    }

    [Fact]
    public async Task A_node_short_of_memory_says_so_and_evicts_those_first_that_use_more_than_they_asked_for()
    {
        using var client = cluster.Server.Client();
        var modest = OneNodeCluster.Pod("modest", Idle);
        modest.Spec.Containers[0].Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["memory"] = new("64Mi") } };
        await client.CoreV1.CreateNamespacedPodAsync(modest, "default");
        await client.CoreV1.CreateNamespacedPodAsync(OneNodeCluster.Pod("greedy", Idle), "default");
        await cluster.RunningAsync("modest");
        await cluster.RunningAsync("greedy");

        await cluster.StopAgentAsync();
        await cluster.StartAgentAsync(evictionHard: "memory.available<100%");
        var kubectl = cluster.Server.Kubectl();
        await kubectl.RunAsync("wait", "--for=condition=MemoryPressure", $"node/{OneNodeCluster.Node}", "--timeout=120s");
        var greedy = await cluster.PhaseAsync("greedy", "Failed");
        var late = await cluster.PhaseAsync("modest", "Failed");
        Assert.Equal("Evicted", greedy.Status.Reason);
        Assert.StartsWith("The node was low on resource: memory. Threshold quantity: ", greedy.Status.Message, StringComparison.Ordinal);
        Assert.Contains("Container main was using ", greedy.Status.Message, StringComparison.Ordinal);
        Assert.Contains(greedy.Status.Conditions, c => c is { Type: "DisruptionTarget", Status: "True", Reason: "TerminationByKubelet" });
        Assert.True(Ended(greedy) <= Ended(late));
        await kubectl.RunAsync("wait", "--for=jsonpath={.spec.taints[?(@.key=='node.kubernetes.io/memory-pressure')].effect}=NoSchedule", $"node/{OneNodeCluster.Node}", "--timeout=120s");

        await cluster.StopAgentAsync();
        await cluster.StartAgentAsync();
        await kubectl.RunAsync("wait", "--for=condition=MemoryPressure=false", $"node/{OneNodeCluster.Node}", "--timeout=120s");
        await Eventually.TrueAsync(async () => (await client.CoreV1.ReadNodeAsync(OneNodeCluster.Node)).Spec.Taints is null or { Count: 0 }, "the taint is gone", TimeSpan.FromSeconds(120));
        await kubectl.RunAsync("delete", "pod", "greedy", "modest");
    }

    private static DateTime Ended(V1Pod pod) => pod.Status.ContainerStatuses[0].State.Terminated.FinishedAt!.Value;
}
