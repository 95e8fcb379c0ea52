using System.Globalization;
using System.Text;

namespace Orchestrator.Agent.Runtimes.Qemu.Guest;

/// <summary>What to run in a guest, fully resolved.</summary>
/// <param name="Command">Program and arguments.</param>
/// <param name="Environment">In order; a later value of a name wins.</param>
/// <param name="WorkingDirectory">Created if the image lacks it.</param>
internal sealed record GuestCommand(
    IReadOnlyList<string> Command,
    IReadOnlyList<KeyValuePair<string, string>> Environment,
    string WorkingDirectory,
    long UserId,
    long GroupId);

/// <summary>A directory or file of the guest that is not from the image.</summary>
/// <param name="Path">Where the container sees it.</param>
/// <param name="ReadOnly">Whether the container may not write.</param>
internal abstract record GuestMount(string Path, bool ReadOnly)
{
    /// <summary>Files copied into the guest's memory, at <c>/machine/files/INDEX</c>.</summary>
    internal sealed record Files(string Path, bool ReadOnly, int Index) : GuestMount(Path, ReadOnly);

    /// <summary>A directory on the pod's volume disk.</summary>
    internal sealed record DiskDirectory(string Path, bool ReadOnly, string Volume, string? SubPath) : GuestMount(Path, ReadOnly);

    internal sealed record Memory(string Path, bool ReadOnly, long? SizeBytes) : GuestMount(Path, ReadOnly);
}

/// <summary>Writes the scripts that a guest's init runs; every value is quoted, none is interpreted.</summary>
internal static class GuestScripts
{
    private const string Busybox = "/dev/.machine/busybox";

    /// <summary>For <c>/machine/setup.sh</c>, run in the guest before the container's root is entered.</summary>
    public static string Setup(string hostName, bool readOnlyRoot, IReadOnlyList<GuestMount> mounts, GuestCommand command)
    {
        var script = new StringBuilder();
        Line(script, $"hostname {Quote(hostName)}");
        Line(script, $"echo {Quote(hostName)} >/root/etc/hostname");
        Line(script, $"printf '127.0.0.1\\tlocalhost\\n::1\\tlocalhost\\n127.0.0.1\\t%s\\n' {Quote(hostName)} >/root/etc/hosts");
        // Programs expect that their user has an entry.
        Line(script, $"grep -q '^[^:]*:[^:]*:{command.UserId}:' /root/etc/passwd 2>/dev/null || echo 'user:x:{command.UserId}:{command.GroupId}::/:/bin/sh' >>/root/etc/passwd");
        if (mounts.Any(mount => mount is GuestMount.DiskDirectory))
        {
            Line(script, "mkdir /volumes && mount -t ext4 -o noatime /dev/vdb /volumes || fail 'the volume disk cannot be mounted'");
        }

        // Parents first, so that a mount inside another is not hidden by it.
        foreach (var mount in mounts.OrderBy(mount => mount.Path, StringComparer.Ordinal))
        {
            AddMount(script, mount);
        }

        Line(script, $"chroot /root {Busybox} mkdir -p {Quote(command.WorkingDirectory)} || fail 'the working directory cannot be created'");
        if (readOnlyRoot)
        {
            Line(script, "mount -o remount,ro /root");
        }

        return script.ToString();
    }

    /// <summary>For <c>/machine/run</c>, run inside the container's root as the first process of its namespace.</summary>
    public static string Run(GuestCommand command)
    {
        var path = command.Environment.LastOrDefault(pair => pair.Key == "PATH").Value ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        var script = new StringBuilder();
        Line(script, $"cd {Quote(command.WorkingDirectory)} || exit 126");
        // Searched here, not by busybox, which would prefer its own applets to the image's programs.
        Line(script, $"program={Quote(command.Command[0])}");
        Line(script, "case \"$program\" in */*) found=$program ;; *)");
        Line(script, $"  found=; IFS=:; for directory in {string.Join(' ', path.Split(':').Select(Quote))}; do");
        Line(script, "    if [ -z \"$found\" ] && [ -f \"$directory/$program\" ] && [ -x \"$directory/$program\" ]; then found=$directory/$program; fi");
        Line(script, "  done ;; esac");
        Line(script, "if [ -z \"$found\" ] || [ ! -e \"$found\" ]; then echo \"exec: \\\"$program\\\": executable file not found\" >&2; exit 127; fi");
        var environment = string.Join(' ', command.Environment.Select(pair => Quote($"{pair.Key}={pair.Value}")));
        var arguments = string.Join(' ', command.Command.Skip(1).Select(Quote));
        Line(script, command is { UserId: 0, GroupId: 0 }
            ? $"exec {Busybox} env -i {environment} \"$found\" {arguments}"
            : $"exec {Busybox} env -i {environment} {Busybox} start-stop-daemon -S -q -p /dev/.machine/none -c {command.UserId}:{command.GroupId} -a \"$found\" -- {arguments}");
        return script.ToString();
    }

    /// <summary>Quotes for the shell: nothing inside single quotes means anything but itself.</summary>
    internal static string Quote(string value) => "'" + value.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static void AddMount(StringBuilder script, GuestMount mount)
    {
        var target = Quote("/root" + mount.Path);
        switch (mount)
        {
            case GuestMount.Files files:
                var source = string.Create(CultureInfo.InvariantCulture, $"/machine/files/{files.Index}");
                Line(script, $"if [ -d {source} ]; then mkdir -p {target}; else mkdir -p {Quote("/root" + Path.GetDirectoryName(mount.Path))}; [ -e {target} ] || touch {target}; fi");
                Line(script, $"mount -o bind {source} {target} || fail {Quote(mount.Path + " cannot be mounted")}");
                break;
            case GuestMount.DiskDirectory disk:
                var directory = Quote($"/volumes/{disk.Volume}{(disk.SubPath is null ? "" : "/" + disk.SubPath)}");
                Line(script, $"mkdir -p {target} {directory}; chmod 777 {Quote("/volumes/" + disk.Volume)}");
                Line(script, $"mount -o bind {directory} {target} || fail {Quote(mount.Path + " cannot be mounted")}");
                break;
            case GuestMount.Memory memory:
                var size = memory.SizeBytes is { } bytes ? string.Create(CultureInfo.InvariantCulture, $",size={bytes}") : "";
                Line(script, $"mkdir -p {target}; mount -t tmpfs -o mode=1777{size} volume {target} || fail {Quote(mount.Path + " cannot be mounted")}");
                break;
        }

        if (mount.ReadOnly)
        {
            Line(script, $"mount -o remount,bind,ro {target}");
        }
    }

    private static void Line(StringBuilder script, FormattableString line) => script.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static void Line(StringBuilder script, string line) => script.Append(line).Append('\n');
}
