using System.Globalization;
using Orchestrator.Agent.Usage;

namespace Orchestrator.Agent.Eviction;

/// <summary>What is left on this machine.</summary>
internal static class NodeReadings
{
    public static IReadOnlyList<NodeReading> Read(AgentOptions options, TimeProvider time)
    {
        var memory = MachineUsage.Read(time);
        var disk = new DriveInfo(options.RootDirectory);
        var capacity = long.Parse(File.ReadAllText("/proc/sys/kernel/pid_max").Trim(), CultureInfo.InvariantCulture);
        return
        [
            new(NodeSignal.Memory, memory.AvailableBytes, memory.AvailableBytes + memory.WorkingSetBytes),
            new(NodeSignal.Disk, disk.AvailableFreeSpace, disk.TotalSize),
            new(NodeSignal.Processes, capacity - Tasks(), capacity),
        ];
    }

    /// <summary>Fourth word of <c>/proc/loadavg</c>: those that run, a slash, all.</summary>
    private static long Tasks() => long.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[3].Split('/')[1], CultureInfo.InvariantCulture);
}
