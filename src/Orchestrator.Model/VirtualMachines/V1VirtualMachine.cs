using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>A machine that keeps its name and disks. It runs as a VirtualMachineInstance of the same name, as its run strategy says.</summary>
[KubernetesEntity(Group = VirtualMachineGroups.KubeVirt, ApiVersion = "v1", Kind = "VirtualMachine", PluralName = "virtualmachines")]
public sealed class V1VirtualMachine : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = VirtualMachineGroups.KubeVirt + "/v1";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "VirtualMachine";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1VirtualMachineSpec Spec { get; set; } = new();

    [JsonPropertyName("status")]
    public V1VirtualMachineStatus? Status { get; set; }
}

/// <summary>What is wanted of a VirtualMachine.</summary>
public sealed class V1VirtualMachineSpec
{
    /// <summary>True for run strategy Always, false for Halted. Exactly one of running and runStrategy is given.</summary>
    [JsonPropertyName("running")]
    public bool? Running { get; set; }

    /// <summary>Always: it is kept running. RerunOnFailure: it is started again after a failure. Once: it is started once. Manual: it is started and stopped by hand. Halted: it does not run.</summary>
    [JsonPropertyName("runStrategy")]
    public string? RunStrategy { get; set; }

    /// <summary>The instance type, which gives processors and memory.</summary>
    [JsonPropertyName("instancetype")]
    public V1VmMatcher? Instancetype { get; set; }

    /// <summary>The preference, which fills in what the template leaves open.</summary>
    [JsonPropertyName("preference")]
    public V1VmMatcher? Preference { get; set; }

    /// <summary>What its instances are made of. A change holds from the next start.</summary>
    [JsonPropertyName("template")]
    public V1VmTemplate? Template { get; set; }

    [JsonPropertyName("dataVolumeTemplates")]
    [Unsupported("is not supported yet")]
    public IList<V1VmDataVolumeTemplate>? DataVolumeTemplates { get; set; }

    [JsonPropertyName("updateVolumesStrategy")]
    [Unsupported]
    public string? UpdateVolumesStrategy { get; set; }
}

/// <summary>Names an instance type or a preference.</summary>
public sealed class V1VmMatcher
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>Kind of what is named; without it the cluster-wide one.</summary>
    [JsonPropertyName("kind")]
    public string? Kind { get; set; }

    [JsonPropertyName("revisionName")]
    [Unsupported("is not supported: what is named is read when the machine starts")]
    public string? RevisionName { get; set; }

    [JsonPropertyName("inferFromVolume")]
    [Unsupported]
    public string? InferFromVolume { get; set; }

    [JsonPropertyName("inferFromVolumeFailurePolicy")]
    [Unsupported]
    public string? InferFromVolumeFailurePolicy { get; set; }
}

/// <summary>Template of a VirtualMachineInstance.</summary>
public sealed class V1VmTemplate
{
    /// <summary>Labels and annotations of the instance.</summary>
    [JsonPropertyName("metadata")]
    public V1ObjectMeta? Metadata { get; set; }

    [JsonPropertyName("spec")]
    public V1VirtualMachineInstanceSpec? Spec { get; set; }
}

/// <summary>Template of a DataVolume that the VirtualMachine owns.</summary>
public sealed class V1VmDataVolumeTemplate
{
    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; }

    [JsonPropertyName("kind")]
    public string? Kind { get; set; }

    [JsonPropertyName("metadata")]
    public V1ObjectMeta? Metadata { get; set; }

    [JsonPropertyName("spec")]
    public object? Spec { get; set; }

    [JsonPropertyName("status")]
    public object? Status { get; set; }
}

/// <summary>What is known of a VirtualMachine.</summary>
public sealed class V1VirtualMachineStatus
{
    /// <summary>Its instance exists.</summary>
    [JsonPropertyName("created")]
    public bool? Created { get; set; }

    /// <summary>Its instance runs and is ready.</summary>
    [JsonPropertyName("ready")]
    public bool? Ready { get; set; }

    /// <summary>Stopped, Provisioning, Starting, Running, Paused, Stopping, Terminating, CrashLoopBackOff, ErrorUnschedulable, ErrImagePull, ImagePullBackOff, ErrorPvcNotFound, DataVolumeError, WaitingForVolumeBinding, Unknown.</summary>
    [JsonPropertyName("printableStatus")]
    public string? PrintableStatus { get; set; }

    [JsonPropertyName("conditions")]
    public IList<V1VmCondition>? Conditions { get; set; }

    /// <summary>What was asked for by start, stop and restart and has not been done yet, in order.</summary>
    [JsonPropertyName("stateChangeRequests")]
    public IList<V1VmStateChangeRequest>? StateChangeRequests { get; set; }

    [JsonPropertyName("startFailure")]
    public V1VmStartFailure? StartFailure { get; set; }

    /// <summary>The strategy that was acted upon last.</summary>
    [JsonPropertyName("runStrategy")]
    public string? RunStrategy { get; set; }

    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; set; }

    [JsonPropertyName("desiredGeneration")]
    public long? DesiredGeneration { get; set; }

    [JsonPropertyName("volumeSnapshotStatuses")]
    public IList<object>? VolumeSnapshotStatuses { get; set; }

    [JsonPropertyName("volumeRequests")]
    public IList<object>? VolumeRequests { get; set; }

    [JsonPropertyName("snapshotInProgress")]
    public string? SnapshotInProgress { get; set; }

    [JsonPropertyName("restoreInProgress")]
    public string? RestoreInProgress { get; set; }

    [JsonPropertyName("instancetypeRef")]
    public object? InstancetypeRef { get; set; }

    [JsonPropertyName("preferenceRef")]
    public object? PreferenceRef { get; set; }
}

/// <summary>A start, stop or restart that was asked for.</summary>
public sealed class V1VmStateChangeRequest
{
    /// <summary>Start or Stop.</summary>
    [JsonPropertyName("action")]
    public string? Action { get; set; }

    [JsonPropertyName("data")]
    public IDictionary<string, string>? Data { get; set; }

    /// <summary>Of the instance to stop.</summary>
    [JsonPropertyName("uid")]
    public string? Uid { get; set; }
}

/// <summary>Instances that failed before they ran: the next one waits.</summary>
public sealed class V1VmStartFailure
{
    [JsonPropertyName("consecutiveFailCount")]
    public int? ConsecutiveFailCount { get; set; }

    [JsonPropertyName("lastFailedVMIUID")]
    public string? LastFailedVmiUid { get; set; }

    [JsonPropertyName("retryAfterTimestamp")]
    public DateTime? RetryAfterTimestamp { get; set; }
}

/// <summary>A condition of a VirtualMachine or of an instance.</summary>
public sealed class V1VmCondition
{
    [JsonPropertyName("type")]
    public string? Type { get; set; }

    /// <summary>True, False or Unknown.</summary>
    [JsonPropertyName("status")]
    public string? Status { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }

    [JsonPropertyName("lastProbeTime")]
    public DateTime? LastProbeTime { get; set; }

    [JsonPropertyName("lastTransitionTime")]
    public DateTime? LastTransitionTime { get; set; }
}
