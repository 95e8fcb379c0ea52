using System.Globalization;

namespace Orchestrator.Agent.Usage;

/// <summary>What one process uses, from <c>/proc/PID</c>.</summary>
internal static class ProcessUsage
{
    // The kernel shows times to user space in hundredths of a second on every architecture that .NET runs on (USER_HZ).
    private const long NanosecondsPerTick = 10_000_000;

    /// <summary>Processor time and resident memory; null if there is no such process.</summary>
    public static (long CpuNanoseconds, long ResidentBytes)? Read(int processId)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{processId}/stat"), Environment.SystemPageSize);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <param name="stat">proc(5): fields after the command's name, which is in parentheses and may hold anything.</param>
    /// <param name="pageBytes">Size of a page.</param>
    internal static (long CpuNanoseconds, long ResidentBytes)? Parse(string stat, int pageBytes)
    {
        // Counted from the state, which is field 3 of proc(5): utime 14, stime 15, rss 24.
        const int user = 11;
        const int system = 12;
        const int resident = 21;
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return fields.Length > resident
            && long.TryParse(fields[user], NumberStyles.None, CultureInfo.InvariantCulture, out var userTicks)
            && long.TryParse(fields[system], NumberStyles.None, CultureInfo.InvariantCulture, out var systemTicks)
            && long.TryParse(fields[resident], NumberStyles.None, CultureInfo.InvariantCulture, out var pages)
                ? ((userTicks + systemTicks) * NanosecondsPerTick, pages * pageBytes)
                : null;
    }
}
