using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.Agent.Platform;

/// <summary>Mounting, and what is mounted, in the agent's own mount namespace.</summary>
internal static partial class Mounts
{
    private const ulong NoSuidNoDev = 2 | 4;
    private const ulong Bind = 0x1000;
    private const int Detach = 2;

    /// <summary>Mounts a tmpfs.</summary>
    /// <exception cref="IOException">It cannot be mounted.</exception>
    public static void MountMemory(string directory, string options) => Check(Mount("tmpfs", directory, "tmpfs", NoSuidNoDev, options), $"mount tmpfs on {directory}");

    /// <summary>Makes a file or directory appear in a second place, whose own content is hidden.</summary>
    /// <exception cref="IOException">It cannot be mounted.</exception>
    public static void MountBind(string source, string target) => Check(Mount(source, target, "", Bind, ""), $"bind {source} to {target}");

    /// <summary>Takes away what is mounted on a path; nothing happens where nothing is. Those that still use it keep it.</summary>
    public static void Release(string path)
    {
        while (IsMounted(path) && Unmount(path, Detach) == 0)
        {
            // What lies below may be a mount as well.
        }
    }

    /// <summary>Takes away everything that is mounted on the directory or below it.</summary>
    /// <exception cref="IOException">Something stays: the directory must not be deleted.</exception>
    public static void ReleaseBelow(string directory)
    {
        foreach (var mount in Below(directory).Reverse().ToList())
        {
            // Detached: a process that still has it open must not keep the pod from going.
            _ = Unmount(mount, Detach);
        }

        if (Below(directory).FirstOrDefault() is { } left)
        {
            throw new IOException($"{left} cannot be unmounted");
        }
    }

    public static bool IsMounted(string path) => Points().Contains(path, StringComparer.Ordinal);

    private static IEnumerable<string> Below(string directory) =>
        Points().Where(m => m == directory || m.StartsWith(directory + "/", StringComparison.Ordinal));

    // Spaces and the like are escaped in octal; the agent's own paths have none.
    private static IEnumerable<string> Points() => File.ReadLines("/proc/self/mounts").Select(l => l.Split(' ')[1]);

    private static void Check(int result, string what)
    {
        if (result != 0)
        {
            throw new IOException($"{what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, ulong flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
