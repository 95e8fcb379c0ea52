using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>A running virtual machine. It owns one Pod, which the scheduler places and whose node's agent runs the machine.</summary>
[KubernetesEntity(Group = VirtualMachineGroups.KubeVirt, ApiVersion = "v1", Kind = "VirtualMachineInstance", PluralName = "virtualmachineinstances")]
public sealed class V1VirtualMachineInstance : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = VirtualMachineGroups.KubeVirt + "/v1";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "VirtualMachineInstance";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public V1VirtualMachineInstanceSpec Spec { get; set; } = new();

    [JsonPropertyName("status")]
    public V1VirtualMachineInstanceStatus? Status { get; set; }
}

/// <summary>What the machine is made of, and where it may run.</summary>
public sealed class V1VirtualMachineInstanceSpec
{
    /// <summary>The machine itself: processors, memory, devices.</summary>
    [JsonPropertyName("domain")]
    public V1VmDomain? Domain { get; set; }

    /// <summary>Where the disks of the machine come from; each is named by one disk.</summary>
    [JsonPropertyName("volumes")]
    public IList<V1VmVolume>? Volumes { get; set; }

    /// <summary>What the interfaces of the machine are connected to; each is named by one interface.</summary>
    [JsonPropertyName("networks")]
    public IList<V1VmNetwork>? Networks { get; set; }

    [JsonPropertyName("priorityClassName")]
    public string? PriorityClassName { get; set; }

    [JsonPropertyName("nodeSelector")]
    public IDictionary<string, string>? NodeSelector { get; set; }

    [JsonPropertyName("affinity")]
    public V1Affinity? Affinity { get; set; }

    [JsonPropertyName("schedulerName")]
    public string? SchedulerName { get; set; }

    [JsonPropertyName("tolerations")]
    public IList<V1Toleration>? Tolerations { get; set; }

    [JsonPropertyName("topologySpreadConstraints")]
    public IList<V1TopologySpreadConstraint>? TopologySpreadConstraints { get; set; }

    /// <summary>None: an eviction stops the machine.</summary>
    [JsonPropertyName("evictionStrategy")]
    public string? EvictionStrategy { get; set; }

    /// <summary>Paused: the machine is started with its processors stopped.</summary>
    [JsonPropertyName("startStrategy")]
    public string? StartStrategy { get; set; }

    /// <summary>How long the guest has to shut down before it is powered off; 180 by default.</summary>
    [JsonPropertyName("terminationGracePeriodSeconds")]
    public long? TerminationGracePeriodSeconds { get; set; }

    /// <summary>Host name that cloud-init is told; the instance's name by default.</summary>
    [JsonPropertyName("hostname")]
    public string? Hostname { get; set; }

    [JsonPropertyName("subdomain")]
    [Unsupported]
    public string? Subdomain { get; set; }

    /// <summary>amd64.</summary>
    [JsonPropertyName("architecture")]
    public string? Architecture { get; set; }

    [JsonPropertyName("serviceAccountName")]
    [Unsupported]
    public string? ServiceAccountName { get; set; }

    [JsonPropertyName("livenessProbe")]
    [Unsupported("is not supported: use a watchdog device")]
    public object? LivenessProbe { get; set; }

    [JsonPropertyName("readinessProbe")]
    [Unsupported]
    public object? ReadinessProbe { get; set; }

    [JsonPropertyName("dnsPolicy")]
    [Unsupported]
    public string? DnsPolicy { get; set; }

    [JsonPropertyName("dnsConfig")]
    [Unsupported]
    public object? DnsConfig { get; set; }

    [JsonPropertyName("accessCredentials")]
    [Unsupported("is not supported: give keys and passwords by cloud-init")]
    public object? AccessCredentials { get; set; }

    [JsonPropertyName("resourceClaims")]
    [Unsupported]
    public object? ResourceClaims { get; set; }

    [JsonPropertyName("utilityVolumes")]
    [Unsupported]
    public object? UtilityVolumes { get; set; }
}

/// <summary>What is known of a machine.</summary>
public sealed class V1VirtualMachineInstanceStatus
{
    /// <summary>Pending, Scheduling, Scheduled, Running, Succeeded or Failed.</summary>
    [JsonPropertyName("phase")]
    public string? Phase { get; set; }

    [JsonPropertyName("phaseTransitionTimestamps")]
    public IList<V1VmPhaseTransition>? PhaseTransitionTimestamps { get; set; }

    [JsonPropertyName("nodeName")]
    public string? NodeName { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("conditions")]
    public IList<V1VmCondition>? Conditions { get; set; }

    [JsonPropertyName("interfaces")]
    public IList<V1VmInterfaceStatus>? Interfaces { get; set; }

    /// <summary>Nodes of the pods that may run the machine, by their uids. Agents run it for no other pod.</summary>
    [JsonPropertyName("activePods")]
    public IDictionary<string, string>? ActivePods { get; set; }

    [JsonPropertyName("qosClass")]
    public string? QosClass { get; set; }

    [JsonPropertyName("volumeStatus")]
    public IList<V1VmVolumeStatus>? VolumeStatus { get; set; }

    [JsonPropertyName("guestOSInfo")]
    public object? GuestOsInfo { get; set; }

    [JsonPropertyName("machine")]
    public V1VmMachine? Machine { get; set; }

    [JsonPropertyName("currentCPUTopology")]
    public V1VmCpuTopology? CurrentCpuTopology { get; set; }

    [JsonPropertyName("memory")]
    public V1VmMemoryStatus? Memory { get; set; }

    [JsonPropertyName("virtualMachineRevisionName")]
    public string? VirtualMachineRevisionName { get; set; }

    [JsonPropertyName("migrationState")]
    public object? MigrationState { get; set; }

    [JsonPropertyName("migrationMethod")]
    public string? MigrationMethod { get; set; }

    [JsonPropertyName("evacuationNodeName")]
    public string? EvacuationNodeName { get; set; }
}

/// <summary>When a phase began.</summary>
public sealed class V1VmPhaseTransition
{
    [JsonPropertyName("phase")]
    public string? Phase { get; set; }

    [JsonPropertyName("phaseTransitionTimestamp")]
    public DateTime? PhaseTransitionTimestamp { get; set; }
}

/// <summary>One interface of the machine as it is.</summary>
public sealed class V1VmInterfaceStatus
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("mac")]
    public string? Mac { get; set; }

    [JsonPropertyName("ipAddress")]
    public string? IpAddress { get; set; }

    [JsonPropertyName("ipAddresses")]
    public IList<string>? IpAddresses { get; set; }

    [JsonPropertyName("interfaceName")]
    public string? InterfaceName { get; set; }

    [JsonPropertyName("podInterfaceName")]
    public string? PodInterfaceName { get; set; }

    [JsonPropertyName("infoSource")]
    public string? InfoSource { get; set; }

    [JsonPropertyName("linkState")]
    public string? LinkState { get; set; }

    [JsonPropertyName("queueCount")]
    public int? QueueCount { get; set; }
}

/// <summary>One volume as it is.</summary>
public sealed class V1VmVolumeStatus
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>Empty for volumes that the machine was started with; else Pending, Ready, Detaching.</summary>
    [JsonPropertyName("phase")]
    public string? Phase { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }

    [JsonPropertyName("target")]
    public string? Target { get; set; }

    [JsonPropertyName("size")]
    public long? Size { get; set; }

    [JsonPropertyName("persistentVolumeClaimInfo")]
    public V1VmClaimInfo? PersistentVolumeClaimInfo { get; set; }

    [JsonPropertyName("hotplugVolume")]
    public object? HotplugVolume { get; set; }
}

/// <summary>The claim that a volume is.</summary>
public sealed class V1VmClaimInfo
{
    [JsonPropertyName("claimName")]
    public string? ClaimName { get; set; }

    [JsonPropertyName("accessModes")]
    public IList<string>? AccessModes { get; set; }

    [JsonPropertyName("capacity")]
    public IDictionary<string, ResourceQuantity>? Capacity { get; set; }

    [JsonPropertyName("requests")]
    public IDictionary<string, ResourceQuantity>? Requests { get; set; }

    [JsonPropertyName("volumeMode")]
    public string? VolumeMode { get; set; }
}

/// <summary>Processors as the guest sees them.</summary>
public sealed class V1VmCpuTopology
{
    [JsonPropertyName("cores")]
    public int? Cores { get; set; }

    [JsonPropertyName("sockets")]
    public int? Sockets { get; set; }

    [JsonPropertyName("threads")]
    public int? Threads { get; set; }
}

/// <summary>Memory of the guest.</summary>
public sealed class V1VmMemoryStatus
{
    [JsonPropertyName("guestAtBoot")]
    public ResourceQuantity? GuestAtBoot { get; set; }

    [JsonPropertyName("guestCurrent")]
    public ResourceQuantity? GuestCurrent { get; set; }

    [JsonPropertyName("guestRequested")]
    public ResourceQuantity? GuestRequested { get; set; }
}
