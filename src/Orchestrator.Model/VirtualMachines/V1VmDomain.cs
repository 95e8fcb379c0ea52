using System.Text.Json.Serialization;
using k8s.Models;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>The machine itself.</summary>
public sealed class V1VmDomain
{
    /// <summary>Its processors.</summary>
    [JsonPropertyName("cpu")]
    public V1VmCpu? Cpu { get; set; }

    /// <summary>Its memory.</summary>
    [JsonPropertyName("memory")]
    public V1VmMemory? Memory { get; set; }

    /// <summary>What the scheduler reserves; without memory.guest and cpu also what the guest gets.</summary>
    [JsonPropertyName("resources")]
    public V1VmResources? Resources { get; set; }

    /// <summary>The board.</summary>
    [JsonPropertyName("machine")]
    public V1VmMachine? Machine { get; set; }

    /// <summary>What it boots by.</summary>
    [JsonPropertyName("firmware")]
    public V1VmFirmware? Firmware { get; set; }

    /// <summary>Features of board and processor.</summary>
    [JsonPropertyName("features")]
    public V1VmFeatures? Features { get; set; }

    /// <summary>Its clock.</summary>
    [JsonPropertyName("clock")]
    public V1VmClock? Clock { get; set; }

    /// <summary>Its devices.</summary>
    [JsonPropertyName("devices")]
    public V1VmDevices? Devices { get; set; }

    /// <summary>What it says of its case (SMBIOS type 3).</summary>
    [JsonPropertyName("chassis")]
    public V1VmChassis? Chassis { get; set; }

    /// <summary>Reboot, the default: the guest's own reboot restarts it in place. Terminate: it ends the machine.</summary>
    [JsonPropertyName("rebootPolicy")]
    public string? RebootPolicy { get; set; }

    [JsonPropertyName("ioThreadsPolicy")]
    [NoEffect("has no effect: each machine's disks are served by its one emulator thread")]
    public string? IoThreadsPolicy { get; set; }

    [JsonPropertyName("ioThreads")]
    [Unsupported]
    public object? IoThreads { get; set; }

    [JsonPropertyName("launchSecurity")]
    [Unsupported]
    public object? LaunchSecurity { get; set; }
}

/// <summary>What is reserved on the node.</summary>
public sealed class V1VmResources
{
    /// <summary>memory and cpu, and devices of the node.</summary>
    [JsonPropertyName("requests")]
    public IDictionary<string, ResourceQuantity>? Requests { get; set; }

    /// <summary>memory and cpu, and devices of the node.</summary>
    [JsonPropertyName("limits")]
    public IDictionary<string, ResourceQuantity>? Limits { get; set; }

    /// <summary>True reserves the guest's memory alone, without what the emulator needs.</summary>
    [JsonPropertyName("overcommitGuestOverhead")]
    public bool? OvercommitGuestOverhead { get; set; }
}

/// <summary>Processors: sockets times cores times threads.</summary>
public sealed class V1VmCpu
{
    /// <summary>Cores in a socket.</summary>
    [JsonPropertyName("cores")]
    public int? Cores { get; set; }

    /// <summary>Sockets.</summary>
    [JsonPropertyName("sockets")]
    public int? Sockets { get; set; }

    /// <summary>Threads in a core.</summary>
    [JsonPropertyName("threads")]
    public int? Threads { get; set; }

    /// <summary>Most sockets: room for processors to be plugged in while it runs.</summary>
    [JsonPropertyName("maxSockets")]
    public int? MaxSockets { get; set; }

    /// <summary>Name of QEMU's, host-model or host-passthrough; the best that the hypervisor runs by default.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; set; }

    /// <summary>Features that are added to the model or taken off it.</summary>
    [JsonPropertyName("features")]
    public IList<V1VmCpuFeature>? Features { get; set; }

    [JsonPropertyName("dedicatedCpuPlacement")]
    [Unsupported]
    public bool? DedicatedCpuPlacement { get; set; }

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

/// <summary>A feature of the processor.</summary>
public sealed class V1VmCpuFeature
{
    /// <summary>QEMU's name of it.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>force or require: with it. optional: as it comes. disable or forbid: without it.</summary>
    [JsonPropertyName("policy")]
    public string? Policy { get; set; }
}

/// <summary>Memory.</summary>
public sealed class V1VmMemory
{
    /// <summary>What the guest has; without it what is reserved.</summary>
    [JsonPropertyName("guest")]
    public ResourceQuantity? Guest { get; set; }

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

/// <summary>The board.</summary>
public sealed class V1VmMachine
{
    /// <summary>q35 (the default), pc or microvm; versions of these as pc-q35-7.2.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; set; }
}

/// <summary>What the machine boots by.</summary>
public sealed class V1VmFirmware
{
    /// <summary>What the guest sees as the machine's UUID; made of the name by default.</summary>
    [JsonPropertyName("uuid")]
    public string? Uuid { get; set; }

    /// <summary>What the guest sees as the machine's serial number.</summary>
    [JsonPropertyName("serial")]
    public string? Serial { get; set; }

    /// <summary>BIOS, the default, or EFI.</summary>
    [JsonPropertyName("bootloader")]
    public V1VmBootloader? Bootloader { get; set; }

    /// <summary>A kernel that is booted directly.</summary>
    [JsonPropertyName("kernelBoot")]
    public V1VmKernelBoot? KernelBoot { get; set; }

    [JsonPropertyName("acpi")]
    [Unsupported]
    public object? Acpi { get; set; }
}

/// <summary>One of bios and efi.</summary>
public sealed class V1VmBootloader
{
    /// <summary>Boots by BIOS.</summary>
    [JsonPropertyName("bios")]
    public V1VmBios? Bios { get; set; }

    /// <summary>Boots by UEFI.</summary>
    [JsonPropertyName("efi")]
    public V1VmEfi? Efi { get; set; }
}

/// <summary>Options of BIOS.</summary>
public sealed class V1VmBios
{
    /// <summary>Its messages appear on the serial console.</summary>
    [JsonPropertyName("useSerial")]
    public bool? UseSerial { get; set; }
}

/// <summary>Options of UEFI.</summary>
public sealed class V1VmEfi
{
    /// <summary>True by default, as in KubeVirt; needs features.smm.</summary>
    [JsonPropertyName("secureBoot")]
    public bool? SecureBoot { get; set; }

    [JsonPropertyName("persistent")]
    [Unsupported("is not supported: settings of the firmware are kept for one run")]
    public bool? Persistent { get; set; }
}

/// <summary>A kernel that is booted directly.</summary>
public sealed class V1VmKernelBoot
{
    /// <summary>Its command line.</summary>
    [JsonPropertyName("kernelArgs")]
    public string? KernelArgs { get; set; }

    /// <summary>The image that has the kernel.</summary>
    [JsonPropertyName("container")]
    public V1VmKernelBootContainer? Container { get; set; }
}

/// <summary>An image with a kernel, an initial file system, or both.</summary>
public sealed class V1VmKernelBootContainer
{
    /// <summary>The image.</summary>
    [JsonPropertyName("image")]
    public string? Image { get; set; }

    [JsonPropertyName("imagePullSecret")]
    [Unsupported]
    public string? ImagePullSecret { get; set; }

    /// <summary>Always, IfNotPresent or Never.</summary>
    [JsonPropertyName("imagePullPolicy")]
    public string? ImagePullPolicy { get; set; }

    /// <summary>Path of the kernel in the image.</summary>
    [JsonPropertyName("kernelPath")]
    public string? KernelPath { get; set; }

    /// <summary>Path of the initial file system in the image.</summary>
    [JsonPropertyName("initrdPath")]
    public string? InitrdPath { get; set; }
}
