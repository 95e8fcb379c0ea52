using System.Globalization;

namespace Orchestrator.Agent.Usage;

/// <summary>What the whole machine has used: processor time since boot, memory that is not to be had.</summary>
/// <param name="At">When it was read.</param>
/// <param name="CpuNanoseconds">Over all processors, without idling.</param>
/// <param name="WorkingSetBytes">Total memory less what the kernel counts as available.</param>
/// <param name="AvailableBytes">Memory that programs can still get.</param>
public sealed record MachineUsage(DateTimeOffset At, long CpuNanoseconds, long WorkingSetBytes, long AvailableBytes)
{
    private const long NanosecondsPerTick = 10_000_000;

    public static MachineUsage Read(TimeProvider time) => Parse(File.ReadLines("/proc/stat").First(), File.ReadAllLines("/proc/meminfo"), time.GetUtcNow());

    /// <param name="cpu">First line of <c>/proc/stat</c>: <c>cpu user nice system idle iowait irq softirq steal ...</c>, in hundredths of a second.</param>
    /// <param name="memory">Lines of <c>/proc/meminfo</c>, in KiB.</param>
    /// <param name="at">Now.</param>
    internal static MachineUsage Parse(string cpu, IReadOnlyList<string> memory, DateTimeOffset at)
    {
        // Guest time is counted in user time already, so the sum ends with softirq; stolen time was not ours.
        ReadOnlySpan<int> busy = [1, 2, 3, 6, 7];
        var fields = cpu.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long ticks = 0;
        foreach (var field in busy)
        {
            ticks += field < fields.Length ? long.Parse(fields[field], CultureInfo.InvariantCulture) : 0;
        }

        var available = Kibibytes(memory, "MemAvailable:") * 1024;
        return new MachineUsage(at, ticks * NanosecondsPerTick, (Kibibytes(memory, "MemTotal:") * 1024) - available, available);
    }

    private static long Kibibytes(IEnumerable<string> memory, string key) =>
        long.Parse(memory.First(l => l.StartsWith(key, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
