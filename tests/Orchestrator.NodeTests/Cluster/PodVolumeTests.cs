using k8s;
using k8s.Models;
using Orchestrator.Model;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Cluster;

/// <summary>What pods find in their volumes, and what is left of them.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class PodVolumeTests(OneNodeCluster cluster)
{
    private const string Idle = "trap 'exit 0' TERM; while :; do sleep 0.1; done";

    [Fact]
    public async Task A_claimed_volume_outlives_its_pods_and_its_directory_goes_with_it()
    {
        using var client = cluster.Server.Client();
        var kubectl = cluster.Server.Kubectl();
        var directories = await kubectl.RunAsync("get", "node", OneNodeCluster.Node, "-o", "jsonpath={.metadata.annotations.orchestrator\\.io/local-volumes}");
        var path = Path.Combine(directories, "pvc-kept");
        await BindAsync(client, "kept", path);

        var first = Claiming("writer", "echo -n kept > /data/file; mkdir -p /data/a/b; ln -s /etc /data/out; " + Idle, "kept");
        first.Spec.SecurityContext = new V1PodSecurityContext { FsGroup = 4321, RunAsUser = 1000 };
        await client.CoreV1.CreateNamespacedPodAsync(first, "default");
        await cluster.RunningAsync("writer");
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(Path.Combine(path, "file"))), "it is written");
        Assert.Equal("4321\n", await kubectl.RunAsync("exec", "writer", "--", "stat", "-c", "%g", "/data/file"));
        await kubectl.RunAsync("delete", "pod", "writer", "--now");
        Assert.Equal("kept", await File.ReadAllTextAsync(Path.Combine(path, "file")));

        var second = Claiming("reader", Idle, "kept");
        second.Spec.Containers[0].Env = [new V1EnvVar { Name = "WHERE", Value = "b" }];
        second.Spec.Containers[0].VolumeMounts.Add(new V1VolumeMount { Name = "data", MountPath = "/part", SubPathExpr = "a/$(WHERE)" });
        second.Spec.Containers[0].VolumeMounts.Add(new V1VolumeMount { Name = "data", MountPath = "/one", SubPath = "file" });
        await client.CoreV1.CreateNamespacedPodAsync(second, "default");
        await cluster.RunningAsync("reader");
        Assert.Equal("kept", await kubectl.RunAsync("exec", "reader", "--", "sh", "-c", "touch /part/made; cat /one"));
        Assert.True(File.Exists(Path.Combine(path, "a/b/made")));

        var outside = Claiming("outside", Idle, "kept");
        outside.Spec.Containers[0].VolumeMounts[0].SubPath = "out";
        await client.CoreV1.CreateNamespacedPodAsync(outside, "default");
        await kubectl.RunAsync("wait", "--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=CreateContainerConfigError", "pod/outside", "--timeout=120s");
        await kubectl.RunAsync("delete", "pod", "reader", "outside", "--now");

        await kubectl.RunAsync("delete", "persistentvolumeclaim", "kept");
        await kubectl.RunAsync("delete", "persistentvolume", "pvc-kept", "--ignore-not-found", "--wait=false");
        await Eventually.TrueAsync(async () => !(await client.CoreV1.ListPersistentVolumeAsync()).Items.Any(v => v.Metadata.Name == "pvc-kept"), "the volume is gone");
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public async Task A_pod_waits_for_its_claim_and_says_so()
    {
        using var client = cluster.Server.Client();
        var pod = Claiming("claimless", Idle, "nowhere");
        pod.Spec.NodeName = OneNodeCluster.Node;
        await client.CoreV1.CreateNamespacedPodAsync(pod, "default");
        var kubectl = cluster.Server.Kubectl();
        await Eventually.TrueAsync(
            async () => (await kubectl.RunAsync("get", "events", "--field-selector", "involvedObject.name=claimless,reason=FailedMount")).Contains("persistentvolumeclaim \"nowhere\" not found", StringComparison.Ordinal),
            "it is told");
        await kubectl.RunAsync("delete", "pod", "claimless", "--now");
    }

    /// <summary>A volume as the server's provisioner makes it, and a claim that is bound to it.</summary>
    private static async Task BindAsync(Kubernetes client, string name, string path)
    {
        var claim = await client.CoreV1.CreateNamespacedPersistentVolumeClaimAsync(
            new V1PersistentVolumeClaim
            {
                Metadata = new V1ObjectMeta { Name = name },
                Spec = new V1PersistentVolumeClaimSpec { AccessModes = ["ReadWriteOnce"], StorageClassName = "", VolumeName = $"pvc-{name}", Resources = new V1VolumeResourceRequirements { Requests = Storage() } },
            },
            "default");
        await client.CoreV1.CreatePersistentVolumeAsync(new V1PersistentVolume
        {
            Metadata = new V1ObjectMeta
            {
                Name = $"pvc-{name}",
                Annotations = new Dictionary<string, string> { [LocalVolumes.ProvisionedByAnnotation] = LocalVolumes.Provisioner },
                Finalizers = [LocalVolumes.Finalizer],
            },
            Spec = new V1PersistentVolumeSpec
            {
                AccessModes = ["ReadWriteOnce"],
                Capacity = Storage(),
                PersistentVolumeReclaimPolicy = "Delete",
                Local = new V1LocalVolumeSource { Path = path },
                ClaimRef = new V1ObjectReference { Kind = "PersistentVolumeClaim", ApiVersion = "v1", NamespaceProperty = "default", Name = name, Uid = claim.Metadata.Uid },
                NodeAffinity = new V1VolumeNodeAffinity
                {
                    Required = new V1NodeSelector
                    {
                        NodeSelectorTerms = [new V1NodeSelectorTerm { MatchExpressions = [new V1NodeSelectorRequirement { Key = WellKnown.HostnameLabel, OperatorProperty = "In", Values = [OneNodeCluster.Node] }] }],
                    },
                },
            },
        });
        var patch = new V1Patch("""{"status":{"phase":"Bound"}}""", V1Patch.PatchType.MergePatch);
        await client.CoreV1.PatchNamespacedPersistentVolumeClaimStatusAsync(patch, name, "default");
    }

    private static Dictionary<string, ResourceQuantity> Storage() => new() { ["storage"] = new("1Gi") };

    private static V1Pod Claiming(string name, string script, string claim)
    {
        var pod = OneNodeCluster.Pod(name, script);
        pod.Spec.NodeName = OneNodeCluster.Node;
        pod.Spec.Volumes = [new V1Volume { Name = "data", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = claim } }];
        pod.Spec.Containers[0].VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }];
        return pod;
    }
}
