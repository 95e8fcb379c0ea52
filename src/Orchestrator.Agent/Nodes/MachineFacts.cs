using System.Globalization;

namespace Orchestrator.Agent.Nodes;

/// <summary>What this machine is, read from the kernel's own files. Effects only; what is made of them is decided elsewhere.</summary>
public static class MachineFacts
{
    /// <summary>Memory that may be used, in bytes: the machine's, or the limit of the control group or container the agent is in, where lower.</summary>
    public static long MemoryBytes()
    {
        var total = MemoryTotalBytes();
        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return limit > 0 && limit < total ? limit : total;
    }

    /// <summary>Processors that may be used; respects a CPU quota on the agent.</summary>
    public static int Processors() => Environment.ProcessorCount;

    /// <summary>The agent's own <c>oom_score_adj</c>, which its children inherit.</summary>
    public static int OomScoreAdjustment() =>
        int.TryParse(ReadOrEmpty("/proc/self/oom_score_adj"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var score) ? score : 0;

    public static string KernelVersion() => ReadOrEmpty("/proc/sys/kernel/osrelease");

    /// <summary>Changes with every boot.</summary>
    public static string BootId() => ReadOrEmpty("/proc/sys/kernel/random/boot_id");

    public static string MachineId() => ReadOrEmpty("/etc/machine-id");

    /// <summary>PRETTY_NAME of os-release.</summary>
    public static string OperatingSystem()
    {
        const string key = "PRETTY_NAME=";
        var line = File.Exists("/etc/os-release")
            ? File.ReadLines("/etc/os-release").FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal))
            : null;
        return line is null ? "Linux" : line[key.Length..].Trim('"');
    }

    private static long MemoryTotalBytes()
    {
        const string key = "MemTotal:";
        var line = File.ReadLines("/proc/meminfo").First(l => l.StartsWith(key, StringComparison.Ordinal));
        var kibibytes = line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
    }

    private static string ReadOrEmpty(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : "";
}
