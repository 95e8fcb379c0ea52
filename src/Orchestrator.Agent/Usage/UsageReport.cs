using System.Collections.Immutable;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Usage;

/// <summary>Counters of machine and containers at one moment.</summary>
public sealed record UsageSample(MachineUsage Machine, ImmutableArray<ContainerUsage> Containers);

/// <summary>What a container uses: a rate over a window, and memory at its end.</summary>
/// <param name="CpuNanocores">Null for one that was not there when the window began.</param>
public sealed record ContainerRate(ContainerUsage Usage, TimeSpan Window, long? CpuNanocores);

/// <summary>What is used on the node.</summary>
/// <param name="Window">What the rate of the machine is over.</param>
/// <param name="CpuNanocores">Of the machine.</param>
public sealed record UsageReport(MachineUsage Machine, TimeSpan Window, long CpuNanocores, ImmutableArray<ContainerRate> Containers)
{
    /// <summary>Rates between two samples. Pure.</summary>
    public static UsageReport Between(UsageSample before, UsageSample after)
    {
        var earlier = before.Containers.ToDictionary(c => c.ContainerId, StringComparer.Ordinal);
        var window = after.Machine.At - before.Machine.At;
        return new UsageReport(
            after.Machine,
            window,
            Nanocores(before.Machine.CpuNanoseconds, after.Machine.CpuNanoseconds, window) ?? 0,
            [.. after.Containers.Select(c => Rate(earlier.GetValueOrDefault(c.ContainerId), c))]);
    }

    private static ContainerRate Rate(ContainerUsage? before, ContainerUsage after)
    {
        var window = after.At - (before?.At ?? after.At);
        return new ContainerRate(after, window, before is null ? null : Nanocores(before.CpuNanoseconds, after.CpuNanoseconds, window));
    }

    /// <summary>Null where no time has passed or the counter went back.</summary>
    private static long? Nanocores(long before, long after, TimeSpan window) =>
        window > TimeSpan.Zero && after >= before ? (long)((after - before) / window.TotalSeconds) : null;
}
