using System.Reflection;
using System.Runtime.InteropServices;

namespace Orchestrator.Load.Results;

/// <summary>The machine and the version that figures are of.</summary>
internal sealed record MachineFacts(string Processor, int Cores, double MemoryGibibytes, string Kernel, string OperatingSystem, string Runtime, string Version)
{
    private const double Gibibyte = 1024.0 * 1024 * 1024;

    public static MachineFacts OfThisMachine() => new(
        Field("/proc/cpuinfo", "model name", ':'),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Gibibyte, 1),
        File.Exists("/proc/sys/kernel/osrelease") ? File.ReadAllText("/proc/sys/kernel/osrelease").Trim() : "",
        Field("/etc/os-release", "PRETTY_NAME", '=').Trim('"'),
        RuntimeInformation.FrameworkDescription,
        typeof(MachineFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "");

    public override string ToString() =>
        FormattableString.Invariant($"{Cores} cores of {Processor}, {MemoryGibibytes:0.#} GiB; {OperatingSystem}, Linux {Kernel}, {Runtime}; orchestrator {Version}");

    private static string Field(string file, string key, char separator)
    {
        var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal)) : null;
        return line is null ? "unknown" : line[(line.IndexOf(separator, StringComparison.Ordinal) + 1)..].Trim();
    }
}
