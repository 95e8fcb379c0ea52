using System.Globalization;

namespace Orchestrator.Load.Measuring;

/// <summary>CPU time of a process and its children, from <c>/proc</c>, children that have ended included.</summary>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100;

    public static TimeSpan CpuOf(int root)
    {
        var ticks = 0L;
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var pid) && ReadStat(pid) is { } stat
                && (pid == root || Number(stat, 1) == root))
            {
                // utime and stime; of the root also those of children that it has collected.
                ticks += Number(stat, 11) + Number(stat, 12) + (pid == root ? Number(stat, 13) + Number(stat, 14) : 0);
            }
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    /// <summary>CPU time of one process alone; none where it has gone.</summary>
    public static TimeSpan OwnCpuOf(int pid) => ReadStat(pid) is { } stat ? TimeSpan.FromSeconds((Number(stat, 11) + Number(stat, 12)) / TicksPerSecond) : TimeSpan.Zero;

    /// <summary>The process and its children.</summary>
    public static IEnumerable<int> MembersOf(int root) => Directory.GetDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid == root || (pid > 0 && ReadStat(pid) is { } stat && Number(stat, 1) == root));

    /// <summary>Proportional set size in bytes: what processes share is divided among them, so that sums count it once.</summary>
    public static long MemoryOf(int root, bool withChildren) => (withChildren ? MembersOf(root) : [root]).Sum(PssOf);

    private static long PssOf(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/smaps_rollup").FirstOrDefault(l => l.StartsWith("Pss:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line["Pss:".Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>The fields from the state on: those before it may contain spaces.</summary>
    private static string[]? ReadStat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Number(string[] stat, int field) => long.Parse(stat[field], CultureInfo.InvariantCulture);
}
