using System.Text.Json.Serialization;
using Orchestrator.Agent.Runtimes.Qemu.Machines;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>A pod's machine as it was asked for.</summary>
/// <param name="Id">Of the sandbox.</param>
/// <param name="ContainerNames">The pod's main containers: once all have ended for good, the machine is of no use.</param>
/// <param name="Network">Its place in the pod network; null without one.</param>
/// <param name="HotplugSlots">How many devices can be plugged in later.</param>
internal sealed record PodMachineRecord(
    string Id,
    string PodUid,
    string PodNamespace,
    string PodName,
    int Attempt,
    string HostName,
    string LogDirectory,
    string RestartPolicy,
    IReadOnlyList<string> ContainerNames,
    IReadOnlyList<string> InitContainerNames,
    bool SharesProcesses,
    IReadOnlyList<string> KernelValues,
    MachineSize Size,
    PodMachineNetwork? Network,
    int HotplugSlots,
    DateTimeOffset CreatedAt);

/// <param name="Address">With the length of its prefix: <c>10.1.0.7/24</c>.</param>
internal sealed record PodMachineNetwork(string TapName, string Mac, string Address, string Gateway)
{
    public string Ip => Address[..Address.IndexOf('/', StringComparison.Ordinal)];
}

/// <summary>A container of a pod's machine as it was asked for.</summary>
/// <param name="Number">What the guest calls it.</param>
/// <param name="LogPath">Absolute.</param>
/// <param name="StopSignal">Number of the signal that asks it to end.</param>
/// <param name="Description">Fields for the guest.</param>
internal sealed record PodContainerRecord(
    string Id,
    uint Number,
    string Name,
    int Attempt,
    string Image,
    string ImageId,
    string LogPath,
    int StopSignal,
    byte[] Description,
    DateTimeOffset CreatedAt);

/// <summary>What has become of a container.</summary>
internal sealed record PodContainerState(DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, int ExitCode, string? Reason, string? Message)
{
    public static readonly PodContainerState Created = new(null, null, 0, null, null);
}

/// <summary>How a machine ended, of itself or by the agent's decision, which is written before it is carried out.</summary>
internal sealed record PodMachineEnd(string Reason, string Message, DateTimeOffset At);

/// <param name="JournalBytes">What of the journal is in the logs.</param>
/// <param name="Logs">By the container's number.</param>
internal sealed record JournalCheckpoint(long JournalBytes, IReadOnlyDictionary<uint, LogCheckpoint> Logs);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(PodMachineRecord))]
[JsonSerializable(typeof(PodContainerRecord))]
[JsonSerializable(typeof(PodContainerState))]
[JsonSerializable(typeof(PodMachineEnd))]
[JsonSerializable(typeof(JournalCheckpoint))]
internal sealed partial class PodJson : JsonSerializerContext;
