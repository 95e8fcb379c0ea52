using System.Globalization;
using Orchestrator.Load.Measuring;

namespace Orchestrator.Cli.RuntimeComparison;

/// <summary>The processes of one pod on this machine, whatever runs it: those in its control group, and those that name it or its sandbox on their command line.</summary>
internal static class PodProcesses
{
    /// <param name="podUid">metadata.uid.</param>
    /// <param name="ids">Ids by which runtimes name the pod: of its sandbox and containers.</param>
    public static IReadOnlyList<int> Of(string podUid, IReadOnlyCollection<string> ids) =>
    [
        .. Directory.GetDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && pid != Environment.ProcessId && Belongs(pid, podUid, ids)),
    ];

    public static double Mebibytes(IEnumerable<int> processes) => processes.Sum(pid => ProcessTree.MemoryOf(pid, withChildren: false)) / 1024.0 / 1024;

    public static TimeSpan Cpu(IEnumerable<int> processes) => processes.Aggregate(TimeSpan.Zero, (sum, pid) => sum + ProcessTree.OwnCpuOf(pid));

    private static bool Belongs(int pid, string podUid, IReadOnlyCollection<string> ids)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cgroup") is var groups && (groups.Contains(podUid, StringComparison.Ordinal) || ids.Any(id => groups.Contains(id, StringComparison.Ordinal)))
                || (File.ReadAllText($"/proc/{pid}/cmdline") is var command && (command.Contains(podUid, StringComparison.Ordinal) || ids.Any(id => command.Contains(id, StringComparison.Ordinal))));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
