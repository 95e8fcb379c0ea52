using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Volumes;

/// <summary>
/// Group of a volume, for <c>fsGroup</c>, as kubelet sets it: everything in it belongs to the group, which may do what the owner may, and new files in its
/// directories belong to the group as well.
/// </summary>
internal static class Ownership
{
    private const int Unchanged = -1;
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const UnixFileMode Enter = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.SetGroup;

    /// <param name="path">Directory of the volume, or a single file.</param>
    /// <param name="group">Group id.</param>
    /// <param name="onlyOnMismatch">Leave all as it is where the top has the group and permissions already (<c>fsGroupChangePolicy: OnRootMismatch</c>).</param>
    public static void Apply(string path, int group, bool onlyOnMismatch = false)
    {
        if (onlyOnMismatch && Posix.Status(path).GroupId == group && (File.GetUnixFileMode(path) & (ReadWrite | Enter)) == (ReadWrite | Enter))
        {
            return;
        }

        // From below, so that one that was cut short does not look done from the top.
        if (Posix.Status(path).Kind == FileKind.Directory)
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(path))
            {
                Apply(entry, group);
            }
        }

        SetGroup(path, group);
    }

    private static void SetGroup(string path, int group)
    {
        Posix.ChangeOwner(path, Unchanged, group);
        switch (Posix.Status(path).Kind)
        {
            case FileKind.Directory:
                File.SetUnixFileMode(path, File.GetUnixFileMode(path) | ReadWrite | Enter);
                break;
            case FileKind.Regular:
                File.SetUnixFileMode(path, File.GetUnixFileMode(path) | ReadWrite);
                break;
        }
    }

    /// <summary>The group of files that are only read: what the owner may read, the group may.</summary>
    public static void ApplyReadOnly(string directory, int group)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(directory))
        {
            var kind = Posix.Status(entry).Kind;
            if (kind == FileKind.Directory)
            {
                ApplyReadOnly(entry, group);
            }

            Posix.ChangeOwner(entry, Unchanged, group);
            if (kind == FileKind.Regular)
            {
                File.SetUnixFileMode(entry, File.GetUnixFileMode(entry) | UnixFileMode.GroupRead);
            }
        }
    }
}
