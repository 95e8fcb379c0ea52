using System.Text.Json.Serialization;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>What fills in what a template leaves open.</summary>
public sealed class V1VmPreferenceSpec
{
    /// <summary>How processors are cut.</summary>
    [JsonPropertyName("cpu")]
    public V1VmPreferenceCpu? Cpu { get; set; }

    /// <summary>What devices are like.</summary>
    [JsonPropertyName("devices")]
    public V1VmPreferenceDevices? Devices { get; set; }

    /// <summary>Features of board and processor.</summary>
    [JsonPropertyName("features")]
    public V1VmPreferenceFeatures? Features { get; set; }

    /// <summary>What machines boot by.</summary>
    [JsonPropertyName("firmware")]
    public V1VmPreferenceFirmware? Firmware { get; set; }

    /// <summary>The board.</summary>
    [JsonPropertyName("machine")]
    public V1VmPreferenceMachine? Machine { get; set; }

    /// <summary>How long guests have to shut down.</summary>
    [JsonPropertyName("preferredTerminationGracePeriodSeconds")]
    public long? PreferredTerminationGracePeriodSeconds { get; set; }

    /// <summary>Annotations of the instance.</summary>
    [JsonPropertyName("annotations")]
    public IDictionary<string, string>? Annotations { get; set; }

    /// <summary>amd64.</summary>
    [JsonPropertyName("preferredArchitecture")]
    public string? PreferredArchitecture { get; set; }

    /// <summary>Cores in a socket, where processors are spread.</summary>
    [JsonPropertyName("preferSpreadSocketToCoreRatio")]
    public int? PreferSpreadSocketToCoreRatio { get; set; }

    [JsonPropertyName("clock")]
    [NoEffect("has no effect: the clock runs in UTC, by the board's own timers")]
    public object? Clock { get; set; }

    [JsonPropertyName("volumes")]
    [Unsupported]
    public object? Volumes { get; set; }

    [JsonPropertyName("preferredSubdomain")]
    [Unsupported]
    public string? PreferredSubdomain { get; set; }

    [JsonPropertyName("requirements")]
    [Unsupported("is not supported: what is asked of an instance type is not checked")]
    public object? Requirements { get; set; }
}

/// <summary>How processors are cut.</summary>
public sealed class V1VmPreferenceCpu
{
    /// <summary>sockets, cores, threads, spread or any; also as preferSockets and so on.</summary>
    [JsonPropertyName("preferredCPUTopology")]
    public string? PreferredCPUTopology { get; set; }

    /// <summary>Features of the processor.</summary>
    [JsonPropertyName("preferredCPUFeatures")]
    public IList<V1VmCpuFeature>? PreferredCPUFeatures { get; set; }

    [JsonPropertyName("spreadOptions")]
    [Unsupported]
    public object? SpreadOptions { get; set; }
}

/// <summary>What devices are like.</summary>
public sealed class V1VmPreferenceDevices
{
    /// <summary>Bus of disks.</summary>
    [JsonPropertyName("preferredDiskBus")]
    public string? PreferredDiskBus { get; set; }

    /// <summary>Bus of CD-ROM drives.</summary>
    [JsonPropertyName("preferredCdromBus")]
    public string? PreferredCdromBus { get; set; }

    /// <summary>Bus of LUNs.</summary>
    [JsonPropertyName("preferredLunBus")]
    public string? PreferredLunBus { get; set; }

    /// <summary>Model of interfaces.</summary>
    [JsonPropertyName("preferredInterfaceModel")]
    public string? PreferredInterfaceModel { get; set; }

    /// <summary>Bus of inputs.</summary>
    [JsonPropertyName("preferredInputBus")]
    public string? PreferredInputBus { get; set; }

    /// <summary>Type of inputs.</summary>
    [JsonPropertyName("preferredInputType")]
    public string? PreferredInputType { get; set; }

    /// <summary>Cache of disks.</summary>
    [JsonPropertyName("preferredDiskCache")]
    public string? PreferredDiskCache { get; set; }

    /// <summary>Input and output of disks.</summary>
    [JsonPropertyName("preferredDiskIO")]
    public string? PreferredDiskIO { get; set; }

    /// <summary>A source of random numbers.</summary>
    [JsonPropertyName("preferredRng")]
    public V1VmRng? PreferredRng { get; set; }

    /// <summary>One queue for each processor.</summary>
    [JsonPropertyName("preferredBlockMultiQueue")]
    public bool? PreferredBlockMultiQueue { get; set; }

    /// <summary>Devices that old guests know as well.</summary>
    [JsonPropertyName("preferredUseVirtioTransitional")]
    public bool? PreferredUseVirtioTransitional { get; set; }

    /// <summary>No plugging.</summary>
    [JsonPropertyName("preferredDisableHotplug")]
    public bool? PreferredDisableHotplug { get; set; }

    /// <summary>Whether there is a screen.</summary>
    [JsonPropertyName("preferredAutoattachGraphicsDevice")]
    public bool? PreferredAutoattachGraphicsDevice { get; set; }

    /// <summary>Whether there is a balloon.</summary>
    [JsonPropertyName("preferredAutoattachMemBalloon")]
    public bool? PreferredAutoattachMemBalloon { get; set; }

    /// <summary>Whether there is an interface where none is given.</summary>
    [JsonPropertyName("preferredAutoattachPodInterface")]
    public bool? PreferredAutoattachPodInterface { get; set; }

    /// <summary>Whether there is a serial console.</summary>
    [JsonPropertyName("preferredAutoattachSerialConsole")]
    public bool? PreferredAutoattachSerialConsole { get; set; }

    /// <summary>Whether there is a tablet where no input is given.</summary>
    [JsonPropertyName("preferredAutoattachInputDevice")]
    public bool? PreferredAutoattachInputDevice { get; set; }

    [JsonPropertyName("preferredDiskDedicatedIoThread")]
    [NoEffect("has no effect")]
    public bool? PreferredDiskDedicatedIoThread { get; set; }

    [JsonPropertyName("preferredNetworkInterfaceMultiQueue")]
    [NoEffect("has no effect: interfaces have one queue")]
    public bool? PreferredNetworkInterfaceMultiQueue { get; set; }

    [JsonPropertyName("preferredSoundModel")]
    [NoEffect("has no effect")]
    public string? PreferredSoundModel { get; set; }

    [JsonPropertyName("preferredTPM")]
    [Unsupported]
    public object? PreferredTPM { get; set; }

    [JsonPropertyName("preferredDiskBlockSize")]
    [Unsupported]
    public object? PreferredDiskBlockSize { get; set; }

    [JsonPropertyName("preferredInterfaceMasquerade")]
    [Unsupported]
    public object? PreferredInterfaceMasquerade { get; set; }

    [JsonPropertyName("preferredVirtualGPUOptions")]
    [Unsupported]
    public object? PreferredVirtualGPUOptions { get; set; }

    [JsonPropertyName("preferredPanicDeviceModel")]
    [Unsupported]
    public string? PreferredPanicDeviceModel { get; set; }

    [JsonPropertyName("preferredVideoType")]
    [Unsupported]
    public string? PreferredVideoType { get; set; }
}

/// <summary>Features of board and processor.</summary>
public sealed class V1VmPreferenceFeatures
{
    [JsonPropertyName("preferredAcpi")]
    public V1VmFeatureState? PreferredAcpi { get; set; }

    [JsonPropertyName("preferredApic")]
    public V1VmFeatureApic? PreferredApic { get; set; }

    [JsonPropertyName("preferredSmm")]
    public V1VmFeatureState? PreferredSmm { get; set; }

    [JsonPropertyName("preferredKvm")]
    public V1VmFeatureKvm? PreferredKvm { get; set; }

    [JsonPropertyName("preferredHyperv")]
    public V1VmFeatureHyperv? PreferredHyperv { get; set; }

    [JsonPropertyName("preferredPvspinlock")]
    public V1VmFeatureState? PreferredPvspinlock { get; set; }
}

/// <summary>What machines boot by.</summary>
public sealed class V1VmPreferenceFirmware
{
    [JsonPropertyName("preferredUseBios")]
    public bool? PreferredUseBios { get; set; }

    [JsonPropertyName("preferredUseBiosSerial")]
    public bool? PreferredUseBiosSerial { get; set; }

    [JsonPropertyName("preferredUseEfi")]
    public bool? PreferredUseEfi { get; set; }

    [JsonPropertyName("preferredUseSecureBoot")]
    public bool? PreferredUseSecureBoot { get; set; }

    [JsonPropertyName("preferredEfi")]
    public V1VmEfi? PreferredEfi { get; set; }
}

/// <summary>The board.</summary>
public sealed class V1VmPreferenceMachine
{
    [JsonPropertyName("preferredMachineType")]
    public string? PreferredMachineType { get; set; }
}
