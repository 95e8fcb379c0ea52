using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.Agent.Volumes;

/// <summary>tmpfs mounts, for volumes that must not reach a disk.</summary>
internal static partial class MemoryMount
{
    private const ulong NoSuidNoDev = 2 | 4;
    private const int Detach = 2;

    /// <summary>Mounts a tmpfs, unless one is mounted there already.</summary>
    /// <param name="directory">Mount point, made if missing.</param>
    /// <param name="sizeBytes">Most it may hold; null is half of the memory, the kernel's own choice.</param>
    public static void Ensure(string directory, long? sizeBytes)
    {
        Directory.CreateDirectory(directory);
        if (IsMounted(directory))
        {
            return;
        }

        var options = sizeBytes is { } size ? string.Create(CultureInfo.InvariantCulture, $"mode=0777,size={size}") : "mode=0777";
        if (Mount("tmpfs", directory, "tmpfs", NoSuidNoDev, options) != 0)
        {
            throw new IOException($"mount tmpfs on {directory}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
    }

    /// <summary>Unmounts everything mounted below <paramref name="directory"/>, so that it can be deleted.</summary>
    public static void ReleaseBelow(string directory)
    {
        foreach (var mount in MountPoints().Where(m => m == directory || m.StartsWith(directory + "/", StringComparison.Ordinal)).Reverse().ToList())
        {
            // Detached: a process that still has it open must not keep the pod from going.
            _ = Unmount(mount, Detach);
        }
    }

    private static bool IsMounted(string directory) => MountPoints().Contains(directory, StringComparer.Ordinal);

    // Spaces and the like are escaped in octal; the agent's own paths have none.
    private static IEnumerable<string> MountPoints() => File.ReadLines("/proc/self/mounts").Select(l => l.Split(' ')[1]);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, ulong flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
