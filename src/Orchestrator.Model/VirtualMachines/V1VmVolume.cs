using System.Text.Json.Serialization;
using k8s.Models;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>Where a disk comes from: exactly one source.</summary>
public sealed class V1VmVolume
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>A disk in a container image; what is written is lost when the machine ends.</summary>
    [JsonPropertyName("containerDisk")]
    public V1VmContainerDisk? ContainerDisk { get; set; }

    /// <summary>A claim: the file disk.img in it, which is made where it is missing.</summary>
    [JsonPropertyName("persistentVolumeClaim")]
    public V1VmClaimSource? PersistentVolumeClaim { get; set; }

    [JsonPropertyName("dataVolume")]
    [Unsupported("is not supported yet: use persistentVolumeClaim")]
    public V1VmDataVolumeSource? DataVolume { get; set; }

    /// <summary>A claim that is only read; what is written is lost when the machine ends.</summary>
    [JsonPropertyName("ephemeral")]
    public V1VmEphemeral? Ephemeral { get; set; }

    /// <summary>An empty disk, which is gone when the machine ends.</summary>
    [JsonPropertyName("emptyDisk")]
    public V1VmEmptyDisk? EmptyDisk { get; set; }

    /// <summary>A file of the node.</summary>
    [JsonPropertyName("hostDisk")]
    public V1VmHostDisk? HostDisk { get; set; }

    /// <summary>Data for cloud-init.</summary>
    [JsonPropertyName("cloudInitNoCloud")]
    public V1VmCloudInit? CloudInitNoCloud { get; set; }

    /// <summary>The files of a ConfigMap, on a disk.</summary>
    [JsonPropertyName("configMap")]
    public V1VmConfigMapSource? ConfigMap { get; set; }

    /// <summary>The files of a Secret, on a disk.</summary>
    [JsonPropertyName("secret")]
    public V1VmSecretSource? Secret { get; set; }

    [JsonPropertyName("cloudInitConfigDrive")]
    [Unsupported("is not supported: use cloudInitNoCloud")]
    public object? CloudInitConfigDrive { get; set; }

    [JsonPropertyName("sysprep")]
    [Unsupported]
    public object? Sysprep { get; set; }

    [JsonPropertyName("downwardAPI")]
    [Unsupported]
    public object? DownwardAPI { get; set; }

    [JsonPropertyName("serviceAccount")]
    [Unsupported]
    public object? ServiceAccount { get; set; }

    [JsonPropertyName("downwardMetrics")]
    [Unsupported]
    public object? DownwardMetrics { get; set; }

    [JsonPropertyName("memoryDump")]
    [Unsupported]
    public object? MemoryDump { get; set; }

    [JsonPropertyName("containerPath")]
    [Unsupported]
    public object? ContainerPath { get; set; }
}

/// <summary>A disk in a container image.</summary>
public sealed class V1VmContainerDisk
{
    /// <summary>The image; the disk is the only file in /disk, or at path.</summary>
    [JsonPropertyName("image")]
    public string? Image { get; set; }

    /// <summary>Path of the disk in the image.</summary>
    [JsonPropertyName("path")]
    public string? Path { get; set; }

    /// <summary>Always, IfNotPresent or Never.</summary>
    [JsonPropertyName("imagePullPolicy")]
    public string? ImagePullPolicy { get; set; }

    [JsonPropertyName("imagePullSecret")]
    [Unsupported]
    public string? ImagePullSecret { get; set; }
}

/// <summary>A claim.</summary>
public sealed class V1VmClaimSource
{
    [JsonPropertyName("claimName")]
    public string? ClaimName { get; set; }

    [JsonPropertyName("readOnly")]
    public bool? ReadOnly { get; set; }

    /// <summary>It was plugged in while the machine ran.</summary>
    [JsonPropertyName("hotpluggable")]
    public bool? Hotpluggable { get; set; }
}

/// <summary>A DataVolume.</summary>
public sealed class V1VmDataVolumeSource
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>It was plugged in while the machine ran.</summary>
    [JsonPropertyName("hotpluggable")]
    public bool? Hotpluggable { get; set; }
}

/// <summary>A claim that is only read.</summary>
public sealed class V1VmEphemeral
{
    [JsonPropertyName("persistentVolumeClaim")]
    public V1VmClaimSource? PersistentVolumeClaim { get; set; }
}

/// <summary>An empty disk.</summary>
public sealed class V1VmEmptyDisk
{
    /// <summary>Its size.</summary>
    [JsonPropertyName("capacity")]
    public ResourceQuantity? Capacity { get; set; }
}

/// <summary>A file of the node, raw or qcow2.</summary>
public sealed class V1VmHostDisk
{
    /// <summary>Where it is.</summary>
    [JsonPropertyName("path")]
    public string? Path { get; set; }

    /// <summary>Disk: it is there. DiskOrCreate: it is made where it is missing.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; set; }

    /// <summary>Its size where it is made.</summary>
    [JsonPropertyName("capacity")]
    public ResourceQuantity? Capacity { get; set; }

    [JsonPropertyName("shared")]
    [Unsupported("is not supported: a disk that is written belongs to one machine")]
    public bool? Shared { get; set; }
}

/// <summary>Data for cloud-init.</summary>
public sealed class V1VmCloudInit
{
    /// <summary>Inline, at most 2048 bytes.</summary>
    [JsonPropertyName("userData")]
    public string? UserData { get; set; }

    /// <summary>As userData, in base64.</summary>
    [JsonPropertyName("userDataBase64")]
    public string? UserDataBase64 { get; set; }

    /// <summary>A Secret with the key userdata, and networkdata where there is one.</summary>
    [JsonPropertyName("secretRef")]
    public V1VmLocalReference? SecretRef { get; set; }

    /// <summary>Inline, at most 2048 bytes.</summary>
    [JsonPropertyName("networkData")]
    public string? NetworkData { get; set; }

    /// <summary>As networkData, in base64.</summary>
    [JsonPropertyName("networkDataBase64")]
    public string? NetworkDataBase64 { get; set; }

    /// <summary>A Secret with the key networkdata.</summary>
    [JsonPropertyName("networkDataSecretRef")]
    public V1VmLocalReference? NetworkDataSecretRef { get; set; }
}

/// <summary>Names an object of the same namespace.</summary>
public sealed class V1VmLocalReference
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }
}

/// <summary>A ConfigMap.</summary>
public sealed class V1VmConfigMapSource
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("optional")]
    public bool? Optional { get; set; }

    /// <summary>Label of the file system; cfgdata by default.</summary>
    [JsonPropertyName("volumeLabel")]
    public string? VolumeLabel { get; set; }
}

/// <summary>A Secret.</summary>
public sealed class V1VmSecretSource
{
    [JsonPropertyName("secretName")]
    public string? SecretName { get; set; }

    [JsonPropertyName("optional")]
    public bool? Optional { get; set; }

    /// <summary>Label of the file system; cfgdata by default.</summary>
    [JsonPropertyName("volumeLabel")]
    public string? VolumeLabel { get; set; }
}

/// <summary>What an interface is connected to.</summary>
public sealed class V1VmNetwork
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>The pod network.</summary>
    [JsonPropertyName("pod")]
    public V1VmPodNetwork? Pod { get; set; }

    [JsonPropertyName("multus")]
    [Unsupported("is not supported: machines are connected to the pod network")]
    public object? Multus { get; set; }

    [JsonPropertyName("resourceClaim")]
    [Unsupported]
    public object? ResourceClaim { get; set; }
}

/// <summary>The pod network.</summary>
public sealed class V1VmPodNetwork
{
    [JsonPropertyName("vmNetworkCIDR")]
    [Unsupported]
    public string? VmNetworkCIDR { get; set; }

    [JsonPropertyName("vmIPv6NetworkCIDR")]
    [Unsupported]
    public string? VmIPv6NetworkCIDR { get; set; }
}
