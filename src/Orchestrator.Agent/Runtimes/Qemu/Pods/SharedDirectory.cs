using System.ComponentModel;
using System.Runtime.InteropServices;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>
/// The directory that a pod's machine sees: bind mounts of images and volumes, <c>cNUMBER/root</c> and <c>cNUMBER/mINDEX</c>. It is never deleted as a tree: what is mounted
/// is someone's data. First everything is unmounted, then empty directories and files are removed one by one, which the kernel refuses where something is still mounted.
/// </summary>
internal static partial class SharedDirectory
{
    private const ulong ReadOnlyFlag = 1;
    private const ulong Remount = 32;
    private const ulong Bind = 4096;
    private const ulong Recursive = 16384;

    public static string DirectoryOf(string shared, uint container) => Path.Combine(shared, FormattableString.Invariant($"c{container}"));

    /// <summary>Shows a file or directory of the node under a name. Repeating it is no error.</summary>
    public static void Show(string source, string target, bool readOnly)
    {
        if (Mounts.IsMounted(target))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (File.Exists(source))
        {
            File.Create(target).Dispose();
        }
        else if (Directory.Exists(source))
        {
            Directory.CreateDirectory(target);
        }
        else
        {
            throw new RuntimeRefusalException(WaitingReasons.CreateContainerError, $"{source} does not exist on the node");
        }

        Check(Mount(source, target, null, Bind | Recursive, null), source);
        if (readOnly)
        {
            // The guest's kernel is not trusted with what others read too.
            Check(Mount(null, target, null, Bind | Remount | ReadOnlyFlag, null), source);
        }
    }

    /// <summary>Takes away all that is shown below, and the directory. No error if there is none.</summary>
    public static void Release(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        Mounts.ReleaseBelow(directory);
        foreach (var child in Directory.EnumerateDirectories(directory).ToList())
        {
            RemoveEmpty(child);
        }

        RemoveEmpty(directory);
    }

    private static void RemoveEmpty(string directory)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(directory).ToList())
        {
            if (Directory.Exists(entry))
            {
                Directory.Delete(entry, recursive: false);
            }
            else
            {
                File.Delete(entry);
            }
        }

        Directory.Delete(directory, recursive: false);
    }

    private static void Check(int result, string source)
    {
        if (result != 0)
        {
            throw new IOException($"mount {source}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string? source, string target, string? type, ulong flags, string? data);
}
