using System.Text.Json.Serialization;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>Devices of the machine.</summary>
public sealed class V1VmDevices
{
    /// <summary>Disks; each names a volume.</summary>
    [JsonPropertyName("disks")]
    public IList<V1VmDisk>? Disks { get; set; }

    /// <summary>Network interfaces; each names a network.</summary>
    [JsonPropertyName("interfaces")]
    public IList<V1VmInterface>? Interfaces { get; set; }

    /// <summary>Tablets and keyboards.</summary>
    [JsonPropertyName("inputs")]
    public IList<V1VmInput>? Inputs { get; set; }

    /// <summary>A source of random numbers.</summary>
    [JsonPropertyName("rng")]
    public V1VmRng? Rng { get; set; }

    /// <summary>A watchdog, which acts when the guest no longer feeds it.</summary>
    [JsonPropertyName("watchdog")]
    public V1VmWatchdog? Watchdog { get; set; }

    /// <summary>By which the guest says that its kernel has panicked.</summary>
    [JsonPropertyName("panicDevices")]
    public IList<V1VmPanicDevice>? PanicDevices { get; set; }

    /// <summary>Whole GPUs of the node.</summary>
    [JsonPropertyName("gpus")]
    public IList<V1VmHostDevice>? Gpus { get; set; }

    /// <summary>Whole devices of the node.</summary>
    [JsonPropertyName("hostDevices")]
    public IList<V1VmHostDevice>? HostDevices { get; set; }

    /// <summary>False for a machine without interfaces; by default one on the pod network is added where none is given.</summary>
    [JsonPropertyName("autoattachPodInterface")]
    public bool? AutoattachPodInterface { get; set; }

    /// <summary>False for a machine without a screen, and so without VNC.</summary>
    [JsonPropertyName("autoattachGraphicsDevice")]
    public bool? AutoattachGraphicsDevice { get; set; }

    /// <summary>False for a machine without a serial console.</summary>
    [JsonPropertyName("autoattachSerialConsole")]
    public bool? AutoattachSerialConsole { get; set; }

    /// <summary>False keeps what the serial console shows out of the log.</summary>
    [JsonPropertyName("logSerialConsole")]
    public bool? LogSerialConsole { get; set; }

    /// <summary>False for a machine without a balloon.</summary>
    [JsonPropertyName("autoattachMemBalloon")]
    public bool? AutoattachMemBalloon { get; set; }

    /// <summary>True adds a tablet where no input is given.</summary>
    [JsonPropertyName("autoattachInputDevice")]
    public bool? AutoattachInputDevice { get; set; }

    /// <summary>True gives virtio disks one queue for each processor.</summary>
    [JsonPropertyName("blockMultiQueue")]
    public bool? BlockMultiQueue { get; set; }

    /// <summary>True gives devices that old guests know as well.</summary>
    [JsonPropertyName("useVirtioTransitional")]
    public bool? UseVirtioTransitional { get; set; }

    /// <summary>True forbids plugging disks in.</summary>
    [JsonPropertyName("disableHotplug")]
    public bool? DisableHotplug { get; set; }

    [JsonPropertyName("networkInterfaceMultiqueue")]
    [NoEffect("has no effect: interfaces have one queue")]
    public bool? NetworkInterfaceMultiqueue { get; set; }

    [JsonPropertyName("autoattachVSOCK")]
    [Unsupported]
    public bool? AutoattachVSOCK { get; set; }

    [JsonPropertyName("filesystems")]
    [Unsupported]
    public object? Filesystems { get; set; }

    [JsonPropertyName("clientPassthrough")]
    [Unsupported]
    public object? ClientPassthrough { get; set; }

    [JsonPropertyName("sound")]
    [Unsupported]
    public object? Sound { get; set; }

    [JsonPropertyName("tpm")]
    [Unsupported]
    public object? Tpm { get; set; }

    [JsonPropertyName("video")]
    [Unsupported]
    public object? Video { get; set; }

    [JsonPropertyName("downwardMetrics")]
    [Unsupported]
    public object? DownwardMetrics { get; set; }
}

/// <summary>A network interface, with one way of being connected.</summary>
public sealed class V1VmInterface
{
    /// <summary>Names its network.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>virtio, e1000, e1000e, ne2k_pci, pcnet or rtl8139.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; set; }

    /// <summary>Made of the instance's name by default.</summary>
    [JsonPropertyName("macAddress")]
    public string? MacAddress { get; set; }

    /// <summary>Behind the pod's address, by address translation.</summary>
    [JsonPropertyName("masquerade")]
    public V1VmNothing? Masquerade { get; set; }

    /// <summary>On the pod network itself, with the pod's address.</summary>
    [JsonPropertyName("bridge")]
    public V1VmNothing? Bridge { get; set; }

    /// <summary>Ports that are reachable at the pod's address; all where none is given.</summary>
    [JsonPropertyName("ports")]
    public IList<V1VmPort>? Ports { get; set; }

    /// <summary>As of disks: boots over the network.</summary>
    [JsonPropertyName("bootOrder")]
    public int? BootOrder { get; set; }

    /// <summary>up or down.</summary>
    [JsonPropertyName("state")]
    public string? State { get; set; }

    [JsonPropertyName("slirp")]
    [Unsupported("is not supported: use masquerade")]
    public object? Slirp { get; set; }

    [JsonPropertyName("sriov")]
    [Unsupported]
    public object? Sriov { get; set; }

    [JsonPropertyName("macvtap")]
    [Unsupported]
    public object? Macvtap { get; set; }

    [JsonPropertyName("passt")]
    [Unsupported("is not supported: use masquerade")]
    public object? Passt { get; set; }

    [JsonPropertyName("passtBinding")]
    [Unsupported("is not supported: use masquerade")]
    public object? PasstBinding { get; set; }

    [JsonPropertyName("binding")]
    [Unsupported]
    public object? Binding { get; set; }

    [JsonPropertyName("portRanges")]
    [Unsupported]
    public object? PortRanges { get; set; }

    [JsonPropertyName("pciAddress")]
    [Unsupported]
    public string? PciAddress { get; set; }

    [JsonPropertyName("dhcpOptions")]
    [Unsupported]
    public object? DhcpOptions { get; set; }

    [JsonPropertyName("acpiIndex")]
    [Unsupported]
    public int? AcpiIndex { get; set; }

    [JsonPropertyName("tag")]
    [NoEffect("has no effect")]
    public string? Tag { get; set; }
}

/// <summary>Chosen by being there.</summary>
public sealed class V1VmNothing
{
}

/// <summary>A port of the machine.</summary>
public sealed class V1VmPort
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>TCP or UDP.</summary>
    [JsonPropertyName("protocol")]
    public string? Protocol { get; set; }

    [JsonPropertyName("port")]
    public int? Port { get; set; }
}

/// <summary>A tablet or a keyboard.</summary>
public sealed class V1VmInput
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>tablet or keyboard.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; set; }

    /// <summary>usb or virtio.</summary>
    [JsonPropertyName("bus")]
    public string? Bus { get; set; }
}

/// <summary>A source of random numbers.</summary>
public sealed class V1VmRng
{
}

/// <summary>A watchdog.</summary>
public sealed class V1VmWatchdog
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("i6300esb")]
    public V1VmI6300Esb? I6300esb { get; set; }

    [JsonPropertyName("diag288")]
    [Unsupported]
    public object? Diag288 { get; set; }
}

/// <summary>The i6300ESB watchdog.</summary>
public sealed class V1VmI6300Esb
{
    /// <summary>What it does: reset, poweroff or shutdown.</summary>
    [JsonPropertyName("action")]
    public string? Action { get; set; }
}

/// <summary>A device by which the guest says that its kernel has panicked.</summary>
public sealed class V1VmPanicDevice
{
    /// <summary>isa or pvpanic.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; set; }
}

/// <summary>A whole device of the node.</summary>
public sealed class V1VmHostDevice
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>Name of the node's resource: example.com/gpu.</summary>
    [JsonPropertyName("deviceName")]
    public string? DeviceName { get; set; }

    [JsonPropertyName("claimName")]
    [Unsupported]
    public string? ClaimName { get; set; }

    [JsonPropertyName("requestName")]
    [Unsupported]
    public string? RequestName { get; set; }

    [JsonPropertyName("virtualGPUOptions")]
    [Unsupported]
    public object? VirtualGPUOptions { get; set; }

    [JsonPropertyName("tag")]
    [NoEffect("has no effect")]
    public string? Tag { get; set; }
}
