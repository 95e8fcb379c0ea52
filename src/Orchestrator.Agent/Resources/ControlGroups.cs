using System.Globalization;

namespace Orchestrator.Agent.Resources;

/// <summary>
/// Control groups of the machine, whichever version it has: one hierarchy for each controller (version 1, and the hybrid set-up, where version 2 has none), or
/// one for all (version 2). Groups are named by their path below the hierarchies' roots, with a leading slash.
/// </summary>
internal sealed class ControlGroups(string root)
{
    public static ControlGroups OfMachine { get; } = new("/sys/fs/cgroup");

    private bool IsUnified => File.Exists(Path.Combine(root, "cgroup.controllers"));

    /// <summary>Makes the group, or changes what it is held to. A controller that the machine does not have holds it to nothing.</summary>
    /// <exception cref="IOException">The kernel refuses a value.</exception>
    public void Set(string group, PodGroupLimits limits)
    {
        if (IsUnified)
        {
            SetUnified(group, limits);
            return;
        }

        Write("cpu", group, ("cpu.shares", Text(limits.CpuShares)), ("cpu.cfs_period_us", Text(CpuPeriod.Microseconds)), ("cpu.cfs_quota_us", Text(limits.CpuQuotaMicroseconds ?? -1)));
        Write("memory", group, ("memory.limit_in_bytes", Text(limits.MemoryBytes ?? -1)));
        Write("pids", group, ("pids.max", limits.Processes is { } processes ? Text(processes) : "max"));
    }

    /// <summary>Removes the group from all hierarchies, where nothing is in it any more.</summary>
    public void RemoveEmpty(string group)
    {
        foreach (var hierarchy in IsUnified ? [root] : Directory.EnumerateDirectories(root))
        {
            try
            {
                // Without recursion this is rmdir, which the kernel refuses for a group that still has members.
                Directory.Delete(hierarchy + group, recursive: false);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Not in this hierarchy, or still in use: the next removal tries again.
            }
        }
    }

    private void SetUnified(string group, PodGroupLimits limits)
    {
        // Controllers have to be handed down from group to group before the last one has their files.
        var above = root;
        foreach (var part in group.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (var controller in (ReadOnlySpan<string>)["+cpu", "+memory", "+pids"])
            {
                TryWrite(Path.Combine(above, "cgroup.subtree_control"), controller);
            }

            above = Path.Combine(above, part);
            Directory.CreateDirectory(above);
        }

        (string File, string Value)[] values =
        [
            ("cpu.weight", Text(CpuPeriod.Weight(limits.CpuShares))),
            ("cpu.max", $"{(limits.CpuQuotaMicroseconds is { } quota ? Text(quota) : "max")} {Text(CpuPeriod.Microseconds)}"),
            ("memory.max", limits.MemoryBytes is { } memory ? Text(memory) : "max"),
            ("pids.max", limits.Processes is { } processes ? Text(processes) : "max"),
        ];
        foreach (var (file, value) in values.Where(v => File.Exists(Path.Combine(above, v.File))))
        {
            File.WriteAllText(Path.Combine(above, file), value);
        }
    }

    private void Write(string controller, string group, params (string File, string Value)[] values)
    {
        var hierarchy = Path.Combine(root, controller);
        if (!Directory.Exists(hierarchy))
        {
            return;
        }

        Directory.CreateDirectory(hierarchy + group);
        foreach (var (file, value) in values.Where(v => File.Exists($"{hierarchy}{group}/{v.File}")))
        {
            File.WriteAllText($"{hierarchy}{group}/{file}", value);
        }
    }

    private static void TryWrite(string file, string value)
    {
        try
        {
            File.WriteAllText(file, value);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The controller is not to be had here, or handed down already by another: the files below tell.
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
