using System.Globalization;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>
/// The control groups that hold one machine's process to its limits: one directory under the unified hierarchy (cgroup v2),
/// or one under each of <c>cpu</c> and <c>memory</c> where those are version 1 (legacy and hybrid set-ups).
/// </summary>
internal sealed class MachineCgroup
{
    /// <summary>
    /// What a machine's process may use above its guest's memory: 64 MiB of translated code, and the emulator's own heap and devices.
    /// A guest that uses all of its memory must not be killed for the emulator's.
    /// </summary>
    public const int OverheadMebibytes = 160;

    private const int QuotaPeriodMicroseconds = 100_000;

    private readonly bool _isUnified;
    private readonly string _root;
    private readonly string _path;

    public MachineCgroup(string parent, string name, string root = "/sys/fs/cgroup")
    {
        _root = root;
        _path = Path.Combine(parent.Trim('/'), name);
        _isUnified = File.Exists(Path.Combine(root, "cgroup.controllers"));
    }

    /// <summary>Directories to enter.</summary>
    public IReadOnlyList<string> Directories => _isUnified ? [Path.Combine(_root, _path)] : [Path.Combine(_root, "cpu", _path), Path.Combine(_root, "memory", _path)];

    private string MemoryDirectory => Directories[^1];

    /// <summary>Creates the groups, or sets the limits of those that are there.</summary>
    public void Create(MachineSize size)
    {
        if (_isUnified)
        {
            EnableControllers();
        }

        foreach (var directory in Directories)
        {
            Directory.CreateDirectory(directory);
        }

        var memoryBytes = (size.MemoryMebibytes + OverheadMebibytes) * (1L << 20);
        if (_isUnified)
        {
            Write(Directories[0], "memory.max", memoryBytes);
            Write(Directories[0], "cpu.max", size.CpuMillicores is { } limit ? $"{limit * QuotaPeriodMicroseconds / 1000} {QuotaPeriodMicroseconds}" : $"max {QuotaPeriodMicroseconds}");
            // The kernel's own mapping of shares 2..262144 to weights 1..10000.
            Write(Directories[0], "cpu.weight", 1 + ((size.CpuShares - 2) * 9999 / 262142));
            return;
        }

        Write(MemoryDirectory, "memory.limit_in_bytes", memoryBytes);
        Write(Directories[0], "cpu.cfs_period_us", QuotaPeriodMicroseconds);
        Write(Directories[0], "cpu.cfs_quota_us", size.CpuMillicores is { } millicores ? millicores * QuotaPeriodMicroseconds / 1000 : -1);
        Write(Directories[0], "cpu.shares", size.CpuShares);
    }

    /// <summary>Whether the kernel killed the machine's process for going over its memory limit.</summary>
    public bool WasOutOfMemory()
    {
        try
        {
            var events = File.ReadAllLines(Path.Combine(MemoryDirectory, _isUnified ? "memory.events" : "memory.oom_control"));
            return events.Any(line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && line != "oom_kill 0");
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Removes the groups, once their process has ended.</summary>
    public void Remove()
    {
        foreach (var directory in Directories.Where(Directory.Exists))
        {
            try
            {
                Directory.Delete(directory);
            }
            catch (IOException)
            {
                // Busy for a moment after its last process; removing the sandbox tries again.
            }
        }
    }

    private void EnableControllers()
    {
        // From the root down, so that the machine's own directory has both.
        var directory = _root;
        foreach (var part in _path.Split('/')[..^1].Prepend(""))
        {
            directory = Path.Combine(directory, part);
            Directory.CreateDirectory(directory);
            Write(directory, "cgroup.subtree_control", "+cpu +memory");
        }
    }

    private static void Write(string directory, string file, long value) => Write(directory, file, value.ToString(CultureInfo.InvariantCulture));

    private static void Write(string directory, string file, string value) => File.WriteAllText(Path.Combine(directory, file), value);
}
