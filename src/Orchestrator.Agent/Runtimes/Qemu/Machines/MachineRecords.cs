using System.Text.Json.Serialization;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <param name="PodUid">Of the pod that it serves.</param>
internal sealed record SandboxRecord(string Id, string PodUid, string PodNamespace, string PodName, int Attempt, string HostName, string LogDirectory, DateTimeOffset CreatedAt);

/// <param name="MemoryMebibytes">Of the guest.</param>
/// <param name="Processors">Virtual processors.</param>
/// <param name="CpuMillicores">Limit for the whole process; null for none.</param>
/// <param name="CpuShares">Weight against others, in cgroup v1 shares (1024 for a core).</param>
internal sealed record MachineSize(int MemoryMebibytes, int Processors, long? CpuMillicores, long CpuShares);

/// <param name="LogPath">Log in CRI format, absolute.</param>
/// <param name="HasVolumeDisk">Whether the pod's volume disk is attached.</param>
internal sealed record MachineRecord(
    string Id,
    string SandboxId,
    string ContainerName,
    int Attempt,
    string Image,
    string ImageId,
    string LogPath,
    MachineSize Size,
    bool HasVolumeDisk,
    DateTimeOffset CreatedAt)
{
    /// <summary>Addresses on the PCI bus of the node's devices that the machine gets.</summary>
    public IReadOnlyList<string> PciAddresses { get; init; } = [];
}

internal sealed record LaunchRecord(DateTimeOffset LaunchedAt);

/// <summary>Why the agent ended a machine that did not end itself.</summary>
internal sealed record MachineFault(string Reason, string Message);

/// <summary>How a machine ended.</summary>
internal sealed record MachineOutcome(int ExitCode, string Reason, string? Message, DateTimeOffset FinishedAt);

/// <param name="LogBytes">Length of the log at this point.</param>
/// <param name="StandardOutputBytes">Raw bytes of standard output that are in the log then.</param>
/// <param name="StandardErrorBytes">Raw bytes of standard error that are in the log then.</param>
internal sealed record LogCheckpoint(long LogBytes, long StandardOutputBytes, long StandardErrorBytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(SandboxRecord))]
[JsonSerializable(typeof(MachineRecord))]
[JsonSerializable(typeof(LaunchRecord))]
[JsonSerializable(typeof(MachineFault))]
[JsonSerializable(typeof(MachineOutcome))]
[JsonSerializable(typeof(LogCheckpoint))]
[JsonSerializable(typeof(Kvm.KvmVerdict))]
internal sealed partial class MachineJson : JsonSerializerContext;
