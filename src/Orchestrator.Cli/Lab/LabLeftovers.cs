using System.Diagnostics;
using System.Globalization;
using Orchestrator.Cli.Lab.Networks;
using Orchestrator.Cli.Lab.Processes;

namespace Orchestrator.Cli.Lab;

/// <summary>
/// What parts of a lab leave behind when they were killed instead of stopped: processes that work in the lab's directory, mounts in it, its
/// control groups, its bridges, taps and nftables tables. All of it is recognised by the lab's directory or id, so nothing of another lab is touched.
/// </summary>
internal sealed class LabLeftovers(LabLayout layout, LabSpec spec, TimeProvider time)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    public async Task RemoveAsync(CancellationToken cancel)
    {
        await Task.WhenAll(Processes().Select(process => ProcessStop.StopAsync(process, Grace, time, cancel)));
        foreach (var mount in Mounts())
        {
            await RunAsync("umount", ["--lazy", mount], cancel);
        }

        foreach (var group in ControlGroups())
        {
            Directory.Delete(group);
        }

        await new LabNetworks(spec).RemoveAsync(cancel);
    }

    /// <summary>What is there, for messages and tests; empty after <see cref="RemoveAsync"/>.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancel) =>
    [
        .. Processes().Select(process => $"process {process.Id}"),
        .. Mounts().Select(mount => $"mount {mount}"),
        .. ControlGroups().Select(group => $"control group {group}"),
        .. new LabNetworks(spec).Links().Select(link => $"network link {link}"),
        .. (await new LabNetworks(spec).TablesAsync(cancel)).Select(table => $"nftables table {table.Family} {table.Name}"),
    ];

    private IEnumerable<ProcessIdentity> Processes()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != Environment.ProcessId && WorksInLab(directory) && ProcessIdentity.Of(id) is { } process)
            {
                yield return process;
            }
        }
    }

    // PostgreSQL, QEMU and containerd's shims have the directory in their arguments; so has every "lab" command that was told of it.
    private bool WorksInLab(string processDirectory)
    {
        try
        {
            var arguments = File.ReadAllText(Path.Combine(processDirectory, "cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
            return arguments.Any(argument => argument.Contains(layout.Root + "/", StringComparison.Ordinal)) && !arguments.Contains("lab");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Deepest first, since a mount point may lie in another mount. The kernel writes blanks as \040.
    private List<string> Mounts() =>
    [
        .. File.ReadLines("/proc/self/mountinfo")
            .Select(line => line.Split(' ')[4].Replace("\\040", " ", StringComparison.Ordinal))
            .Where(mount => mount.StartsWith(layout.Root + "/", StringComparison.Ordinal))
            .OrderByDescending(mount => mount.Length),
    ];

    // Version 1 and hybrid have one hierarchy per controller below /sys/fs/cgroup, version 2 has one in all.
    private List<string> ControlGroups()
    {
        var hierarchies = Directory.EnumerateDirectories("/sys/fs/cgroup").Prepend("/sys/fs/cgroup");
        var ours = hierarchies.SelectMany(hierarchy => Directory.EnumerateDirectories(hierarchy, $"orchestrator-{spec.Id}-*")).Distinct(StringComparer.Ordinal);
        return
        [
            .. ours.SelectMany(group => Directory.EnumerateDirectories(group, "*", SearchOption.AllDirectories).Append(group))
                .OrderByDescending(group => group.Length),
        ];
    }

    private static async Task RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancel)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!;
        await process.WaitForExitAsync(cancel);
    }
}
