using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.Agent.Volumes;

/// <summary>Group of a volume's directory, for <c>fsGroup</c>: new files in it belong to the group as well.</summary>
internal static partial class Ownership
{
    private const uint Unchanged = uint.MaxValue;

    public static void SetGroup(string directory, uint group)
    {
        if (ChangeOwner(directory, Unchanged, group) != 0)
        {
            throw new IOException($"chown {directory}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }

        File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.SetGroup);
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint owner, uint group);
}
