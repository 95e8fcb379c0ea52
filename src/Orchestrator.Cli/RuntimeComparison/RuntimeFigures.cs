using System.Text.Json.Serialization;

namespace Orchestrator.Cli.RuntimeComparison;

/// <summary>What one runtime did with the workload that all get.</summary>
/// <param name="RuntimeClass">Its name in <c>runtimeClassName</c>; <c>host</c> for the machine itself.</param>
/// <param name="Hypervisor">What ran it, by the container's id: containerd, qemu, kvm.</param>
internal sealed record RuntimeFigures(string RuntimeClass, string Hypervisor)
{
    /// <summary>Why it could not be measured; null where it was.</summary>
    public string? Failure { get; init; }

    /// <summary>From sending the pod to the first line of its program, each time, in milliseconds.</summary>
    public IReadOnlyList<double> StartMilliseconds { get; init; } = [];

    /// <summary>The image, and what the runtime adds to it to start (kernel and initramfs of a machine).</summary>
    public double? ImageMebibytes { get; init; }

    public double? AddedMebibytes { get; init; }

    /// <summary>Proportional set size of all processes of one idle workload on the node, those of the runtime included.</summary>
    public double? IdleMebibytes { get; init; }

    /// <summary>Processor time that an idle workload takes, in percent of a core.</summary>
    public double? IdleCpuPercent { get; init; }

    /// <summary>Time of the processor's work, in milliseconds.</summary>
    public double? CpuMilliseconds { get; init; }

    /// <summary>Time of writing to the root file system until it is on disk, in milliseconds.</summary>
    public double? WriteMilliseconds { get; init; }

    /// <summary>The kernel, read from inside.</summary>
    public string Kernel { get; init; } = "";

    /// <summary>Whether that is the host's: its boot id is the same.</summary>
    public bool? SharesKernel { get; init; }

    /// <summary>Processes seen from inside.</summary>
    public int? VisibleProcesses { get; init; }

    [JsonIgnore]
    public double? MedianStart => StartMilliseconds.Count == 0 ? null : StartMilliseconds.Order().ElementAt((StartMilliseconds.Count - 1) / 2);

    /// <summary>Idle workloads in a GiB of the node's memory.</summary>
    public double? PerGibibyte => 1024 / IdleMebibytes;
}

/// <summary>The same workload under every runtime that a node has.</summary>
internal sealed record RuntimeReport(string Node, string Machine, IReadOnlyList<RuntimeFigures> Runtimes);

[JsonSerializable(typeof(RuntimeReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class RuntimeReportJson : JsonSerializerContext;
