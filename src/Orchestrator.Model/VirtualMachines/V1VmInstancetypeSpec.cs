using System.Text.Json.Serialization;
using k8s.Models;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>Sizes that machines are given by name.</summary>
public sealed class V1VmInstancetypeSpec
{
    /// <summary>Processors.</summary>
    [JsonPropertyName("cpu")]
    public V1VmInstancetypeCpu? Cpu { get; set; }

    /// <summary>Memory.</summary>
    [JsonPropertyName("memory")]
    public V1VmInstancetypeMemory? Memory { get; set; }

    /// <summary>Whole GPUs of the node.</summary>
    [JsonPropertyName("gpus")]
    public IList<V1VmHostDevice>? Gpus { get; set; }

    /// <summary>Whole devices of the node.</summary>
    [JsonPropertyName("hostDevices")]
    public IList<V1VmHostDevice>? HostDevices { get; set; }

    /// <summary>Annotations of the instance.</summary>
    [JsonPropertyName("annotations")]
    public IDictionary<string, string>? Annotations { get; set; }

    /// <summary>Labels of the node.</summary>
    [JsonPropertyName("nodeSelector")]
    public IDictionary<string, string>? NodeSelector { get; set; }

    /// <summary>Scheduler of the instance.</summary>
    [JsonPropertyName("schedulerName")]
    public string? SchedulerName { get; set; }

    [JsonPropertyName("ioThreadsPolicy")]
    [NoEffect("has no effect: each machine's disks are served by its one emulator thread")]
    public string? IoThreadsPolicy { get; set; }

    [JsonPropertyName("launchSecurity")]
    [Unsupported]
    public object? LaunchSecurity { get; set; }

    [JsonPropertyName("ioThreads")]
    [Unsupported]
    public object? IoThreads { get; set; }
}

/// <summary>Processors of an instance type.</summary>
public sealed class V1VmInstancetypeCpu
{
    /// <summary>How many; how they are cut into sockets is the preference's.</summary>
    [JsonPropertyName("guest")]
    public int? Guest { get; set; }

    /// <summary>Name of the model.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; set; }

    /// <summary>Most sockets.</summary>
    [JsonPropertyName("maxSockets")]
    public int? MaxSockets { get; set; }

    [JsonPropertyName("dedicatedCPUPlacement")]
    [Unsupported]
    public bool? DedicatedCPUPlacement { get; set; }

    [JsonPropertyName("isolateEmulatorThread")]
    [Unsupported]
    public bool? IsolateEmulatorThread { get; set; }

    [JsonPropertyName("numa")]
    [Unsupported]
    public object? Numa { get; set; }

    [JsonPropertyName("realtime")]
    [Unsupported]
    public object? Realtime { get; set; }
}

/// <summary>Memory of an instance type.</summary>
public sealed class V1VmInstancetypeMemory
{
    /// <summary>What the guest has.</summary>
    [JsonPropertyName("guest")]
    public ResourceQuantity? Guest { get; set; }

    /// <summary>How much less of it is reserved, in percent.</summary>
    [JsonPropertyName("overcommitPercent")]
    public int? OvercommitPercent { get; set; }

    [JsonPropertyName("maxGuest")]
    [Unsupported("is not supported: memory is not plugged in")]
    public ResourceQuantity? MaxGuest { get; set; }

    [JsonPropertyName("hugepages")]
    [Unsupported]
    public object? Hugepages { get; set; }

    [JsonPropertyName("reservedOverhead")]
    [Unsupported]
    public object? ReservedOverhead { get; set; }
}
