using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.Grains.Apps;
using Orchestrator.Model;
using Orchestrator.Model.Hypervisors;
using Orchestrator.Model.Json;
using Orchestrator.Model.VirtualMachines;
using Orchestrator.Store;

namespace Orchestrator.Grains.VirtualMachines;

/// <summary>
/// The pod of an instance: what the scheduler places. It says how much is reserved and which objects of the cluster the machine's disks come from, so that
/// what holds for volumes of pods holds for them; what the machine is made of is said by the instance alone, and read there by the agent. Pure.
/// </summary>
internal static class InstancePod
{
    private static readonly string[] NotCopied = ["kubectl.kubernetes.io/last-applied-configuration"];

    public static JsonObject Of(StoredObject stored, V1VirtualMachineInstance instance)
    {
        V1VirtualMachineInstanceSpec spec = instance.Spec;
        var pod = new V1Pod
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Metadata = new V1ObjectMeta { GenerateName = instance.Metadata.Name + "-", Labels = Labels(instance), Annotations = Annotations(instance) },
            Spec = new V1PodSpec
            {
                RuntimeClassName = RuntimeHandlers.Vm,
                RestartPolicy = "Never",
                TerminationGracePeriodSeconds = spec.TerminationGracePeriodSeconds ?? VirtualMachineNames.DefaultGraceSeconds,
                AutomountServiceAccountToken = false,
                EnableServiceLinks = false,
                Hostname = spec.Hostname,
                NodeSelector = spec.NodeSelector,
                Affinity = spec.Affinity,
                Tolerations = spec.Tolerations,
                TopologySpreadConstraints = spec.TopologySpreadConstraints,
                PriorityClassName = spec.PriorityClassName,
                SchedulerName = spec.SchedulerName,
                Volumes = [.. Volumes(spec)],
                Containers = [Machine(spec)],
            },
        };
        pod.Spec.Volumes = pod.Spec.Volumes.Count == 0 ? null : pod.Spec.Volumes;
        var body = (JsonObject)JsonNode.Parse(KubernetesJson.Serialize(pod))!;
        body.ObjectOrNew("metadata")!["ownerReferences"] = new JsonArray(ControllerKind.VirtualMachineInstance.Reference(stored));
        return body;
    }

    private static Dictionary<string, string> Labels(V1VirtualMachineInstance instance) => new(instance.Metadata.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal)
    {
        ["vm.kubevirt.io/name"] = instance.Metadata.Name,
        ["kubevirt.io/created-by"] = instance.Metadata.Uid,
    };

    private static Dictionary<string, string> Annotations(V1VirtualMachineInstance instance)
    {
        var annotations = (instance.Metadata.Annotations ?? new Dictionary<string, string>())
            .Where(a => !NotCopied.Contains(a.Key)).ToDictionary(StringComparer.Ordinal);
        V1VmDevices? devices = instance.Spec.Domain?.Devices;
        if (devices is { Gpus.Count: > 0 } or { HostDevices.Count: > 0 })
        {
            annotations[WellKnown.RequiredCapabilitiesAnnotation] = HypervisorCapabilities.Passthrough;
        }

        return annotations;
    }

    private static V1Container Machine(V1VirtualMachineInstanceSpec spec) => new()
    {
        Name = VirtualMachineNames.Container,
        Image = VirtualMachineNames.Image,
        ImagePullPolicy = "IfNotPresent",
        Stdin = true,
        Tty = true,
        Resources = GuestSize.Of(spec.Domain).Reservation(spec.Domain),
        VolumeMounts = [.. Volumes(spec).Select(v => new V1VolumeMount { Name = v.Name, MountPath = VirtualMachineNames.MountPath(v.Name) })],
    };

    private static IEnumerable<V1Volume> Volumes(V1VirtualMachineInstanceSpec spec)
    {
        IList<V1VmVolume> volumes = spec.Volumes ?? [];
        for (int i = 0; i < volumes.Count; i++)
        {
            V1VmVolume volume = volumes[i];
            if (Source(volume) is { } source)
            {
                source.Name = volume.Name;
                yield return source;
            }

            if (volume.CloudInitNoCloud?.NetworkDataSecretRef?.Name is { } secret)
            {
                yield return new V1Volume { Name = VirtualMachineNames.NetworkDataVolume(i), Secret = new V1SecretVolumeSource { SecretName = secret } };
            }
        }
    }

    private static V1Volume? Source(V1VmVolume volume) => volume switch
    {
        { PersistentVolumeClaim: { } claim } => Claim(claim.ClaimName, claim.ReadOnly),
        { DataVolume.Name: { } name } => Claim(name, null),
        { Ephemeral.PersistentVolumeClaim: { } claim } => Claim(claim.ClaimName, true),
        { HostDisk: { Path: { } path } disk } => new V1Volume
        {
            HostPath = new V1HostPathVolumeSource { Path = Path.GetDirectoryName(path) ?? "/", Type = disk.Type == "DiskOrCreate" ? "DirectoryOrCreate" : "Directory" },
        },
        { ConfigMap: { } files } => new V1Volume { ConfigMap = new V1ConfigMapVolumeSource { Name = files.Name, Optional = files.Optional } },
        { Secret: { } files } => new V1Volume { Secret = new V1SecretVolumeSource { SecretName = files.SecretName, Optional = files.Optional } },
        { CloudInitNoCloud.SecretRef.Name: { } secret } => new V1Volume { Secret = new V1SecretVolumeSource { SecretName = secret } },
        _ => null,
    };

    private static V1Volume Claim(string? name, bool? isReadOnly) =>
        new() { PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = name, ReadOnlyProperty = isReadOnly } };
}
