using System.Text.Json.Serialization;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>A disk's file, ready for the machine.</summary>
/// <param name="Name">Of disk and volume.</param>
/// <param name="Path">The file.</param>
/// <param name="Format">raw or qcow2.</param>
/// <param name="IsReadOnly">What it comes from is not to be written.</param>
internal sealed record PreparedDisk(string Name, string Path, string Format, bool IsReadOnly);

/// <summary>All that a machine is started from, kept with it: a machine that an earlier agent has prepared is started as it was meant.</summary>
/// <param name="Domain">The instance's domain.</param>
/// <param name="Kernel">Kernel that is booted directly; null for none.</param>
/// <param name="Initrd">Its initial file system.</param>
/// <param name="FirmwareVariables">The machine's own copy of UEFI's settings; null for BIOS.</param>
internal sealed record InstanceRecord(
    string Namespace,
    string Name,
    V1VmDomain Domain,
    IReadOnlyList<V1VmNetwork> Networks,
    IReadOnlyList<PreparedDisk> Disks,
    string? Kernel,
    string? Initrd,
    string? FirmwareVariables,
    bool StartsPaused);

/// <summary>What was seen of a machine that ends: written before its emulator is told to go.</summary>
/// <param name="HasShutDown">The guest switched itself off.</param>
internal sealed record InstanceEnd(bool HasShutDown);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InstanceEnd))]
internal sealed partial class InstanceJson : JsonSerializerContext;
