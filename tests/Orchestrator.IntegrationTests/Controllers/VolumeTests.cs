using Orchestrator.IntegrationTests.Api;
using Orchestrator.Testing;

namespace Orchestrator.IntegrationTests.Controllers;

/// <summary>Claims and volumes by stock kubectl, on nodes that run what they are told and mount nothing.</summary>
public sealed class VolumeTests(ControllerFixture fixture) : IClassFixture<ControllerFixture>
{
    private const string Set =
        "---\n{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {replicas: 2, persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}, selector: {matchLabels: {app: db}}, "
        + "volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}], "
        + "template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: 'db:1', volumeMounts: [{name: data, mountPath: /data}]}]}}}}";

    [Fact]
    public async Task Each_pod_of_a_set_has_a_volume_on_its_node_which_it_finds_again()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.FeedAsync(Set, "create", "-f", "-");
        await kubectl.RunAsync("rollout", "status", "statefulset/db", "--timeout=120s");
        Assert.Equal("data-db-0 Bound local 1Gi\ndata-db-1 Bound local 1Gi\n", await kubectl.RunAsync(
            "get", "pvc", "-o", "jsonpath={range .items[*]}{.metadata.name} {.status.phase} {.spec.storageClassName} {.status.capacity.storage}{\"\\n\"}{end}"));
        string volume = await kubectl.RunAsync("get", "pvc", "data-db-0", "-o", "jsonpath={.spec.volumeName}");
        string node = await kubectl.RunAsync("get", "pod", "db-0", "-o", "jsonpath={.spec.nodeName}");
        Assert.Equal($"Bound {node} /var/lib/orchestrator/volumes/{volume}", await kubectl.RunAsync(
            "get", "pv", volume, "-o", "jsonpath={.status.phase} {.spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values[0]} {.spec.local.path}"));

        // Wherever it might go, it goes back to its data. Not waited for by kubectl, which may miss the end of a pod that is replaced at once.
        string ended = await kubectl.RunAsync("get", "pod", "db-0", "-o", "jsonpath={.metadata.uid}");
        await kubectl.RunAsync("delete", "pod", "db-0", "--wait=false");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "pods", "-l", "statefulset.kubernetes.io/pod-name=db-0", "-o", "jsonpath={.items[*].metadata.uid}") is { Length: > 0 } uid && uid != ended,
            "another db-0");
        await kubectl.RunAsync("rollout", "status", "statefulset/db", "--timeout=120s");
        Assert.Equal(node, await kubectl.RunAsync("get", "pod", "db-0", "-o", "jsonpath={.spec.nodeName}"));

        await kubectl.RunAsync("scale", "sts/db", "--replicas=1");
        await Eventually.TrueAsync(async () => await kubectl.RunAsync("get", "pvc", "-o", "jsonpath={.items[*].metadata.name}") == "data-db-0", "the end of the claim of the pod that went");

        // In use, it stays; with the last pod it goes, and its volume waits for the node to take the directory away.
        await kubectl.RunAsync("delete", "pvc", "data-db-0", "--wait=false");
        Assert.Matches("data-db-0 +Terminating ", await kubectl.RunAsync("get", "pvc"));
        await kubectl.RunAsync("delete", "sts", "db", "--cascade=foreground");
        await kubectl.RunAsync("wait", "--for=delete", "pvc/data-db-0", "--timeout=120s");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "pv", volume, "-o", "jsonpath={.status.phase} {.metadata.finalizers}") == "Released [\"orchestrator.io/local-volume\"]", "the volume's release");
        await kubectl.RunAsync("patch", "pv", volume, "--type=merge", "-p", "{\"metadata\":{\"finalizers\":null}}");
        await kubectl.RunAsync("wait", "--for=delete", $"pv/{volume}", "--timeout=120s");
    }

    [Fact]
    public async Task Volumes_made_by_hand_are_bound_by_size_class_and_labels_and_kept()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.FeedAsync(
            """
            ---
            {apiVersion: v1, kind: PersistentVolume, metadata: {name: hand-large}, spec: {storageClassName: hand, capacity: {storage: 5Gi}, accessModes: [ReadWriteOnce, ReadOnlyMany], hostPath: {path: /tmp/large}}}
            ---
            {apiVersion: v1, kind: PersistentVolume, metadata: {name: hand-small}, spec: {storageClassName: hand, capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /tmp/small}}}
            ---
            {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: one}, spec: {storageClassName: hand, accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}}
            ---
            {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: two}, spec: {storageClassName: hand, accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}}
            """,
            "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=jsonpath={.status.phase}=Bound", "pvc/one", "--timeout=120s");
        Assert.Matches("one +Bound +hand-large +5Gi +RWO,ROX +hand ", await kubectl.RunAsync("get", "pvc", "one"));
        await kubectl.RunAsync("wait", "--for=jsonpath={.status.phase}=Available", "pv/hand-small", "--timeout=120s");
        Assert.Equal("Pending", await kubectl.RunAsync("get", "pvc", "two", "-o", "jsonpath={.status.phase}"));

        await kubectl.FeedAsync("{apiVersion: v1, kind: Pod, metadata: {name: waits}, spec: {containers: [{name: a, image: 'a:1'}], volumes: [{name: v, persistentVolumeClaim: {claimName: two}}]}}", "create", "-f", "-");
        await Eventually.TrueAsync(
            async () => (await kubectl.RunAsync("get", "pod", "waits", "-o", "jsonpath={.status.conditions[0].message}")).EndsWith("pod has unbound immediate PersistentVolumeClaims.", StringComparison.Ordinal), "the reason");

        await kubectl.RunAsync("delete", "pvc", "one");
        await kubectl.RunAsync("wait", "--for=jsonpath={.status.phase}=Released", "pv/hand-large", "--timeout=120s");
        await kubectl.RunAsync("delete", "pod/waits", "pv/hand-large", "pv/hand-small", "pvc/two");
    }

    [Fact]
    public async Task A_local_volume_made_by_hand_decides_where_the_pod_goes()
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync();
        await kubectl.FeedAsync(
            """
            ---
            {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: disks}, provisioner: kubernetes.io/no-provisioner, volumeBindingMode: WaitForFirstConsumer}
            ---
            {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {storageClassName: disks, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
            ---
            {apiVersion: v1, kind: Pod, metadata: {name: user}, spec: {containers: [{name: a, image: 'a:1'}], volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]}}
            """,
            "create", "-f", "-");
        await Eventually.TrueAsync(
            async () => (await kubectl.RunAsync("get", "pod", "user", "-o", "jsonpath={.status.conditions[0].message}")).Contains("node(s) didn't find available persistent volumes to bind", StringComparison.Ordinal), "the reason");
        await kubectl.FeedAsync(
            "{apiVersion: v1, kind: PersistentVolume, metadata: {name: disk-b}, spec: {storageClassName: disks, capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], local: {path: /mnt/b}, "
            + "nodeAffinity: {required: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [node-b]}]}]}}}}",
            "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/user", "--timeout=120s");
        Assert.Equal("node-b", await kubectl.RunAsync("get", "pod", "user", "-o", "jsonpath={.spec.nodeName}"));
        await kubectl.RunAsync("wait", "--for=jsonpath={.spec.volumeName}=disk-b", "pvc/data", "--timeout=120s");
    }
}
