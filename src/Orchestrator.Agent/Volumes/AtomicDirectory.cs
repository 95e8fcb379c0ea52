using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Agent.Volumes;

/// <summary>
/// Files that change all at once. They lie in a directory named after their content, to which the link <c>..data</c> points; each file is a link
/// through <c>..data</c>. Replacing that link by rename changes all files in one instant, as programs that watch such volumes expect of Kubernetes.
/// </summary>
internal static partial class AtomicDirectory
{
    private const string Data = "..data";

    /// <summary>Makes <paramref name="directory"/> show exactly <paramref name="files"/>. Repeatable; a crash at any point leaves the old or the new.</summary>
    /// <param name="directory">The volume's directory.</param>
    /// <param name="files">What is to be in it.</param>
    /// <param name="finish">Called with the directory of new content, once it is written and before it is shown.</param>
    public static void Write(string directory, IReadOnlyList<ProjectedFile> files, Action<string>? finish = null)
    {
        Directory.CreateDirectory(directory);
        var version = $"..{Fingerprint(files)}";
        var dataLink = Path.Combine(directory, Data);
        if (new FileInfo(dataLink).LinkTarget == version)
        {
            return;
        }

        var target = Path.Combine(directory, version);
        if (Directory.Exists(target))
        {
            // From a write that a crash cut short.
            Directory.Delete(target, recursive: true);
        }

        Directory.CreateDirectory(target);
        foreach (var file in files)
        {
            var path = Path.Combine(target, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, file.Content);
            File.SetUnixFileMode(path, file.Mode);
        }

        finish?.Invoke(target);
        var newLink = Path.Combine(directory, "..data_tmp");
        File.Delete(newLink);
        File.CreateSymbolicLink(newLink, version);
        if (Rename(newLink, dataLink) != 0)
        {
            throw new IOException($"rename {newLink}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }

        Relink(directory, files);
        foreach (var old in Directory.EnumerateDirectories(directory, "..*").Where(d => Path.GetFileName(d) is var n && n != version && n != Data))
        {
            Directory.Delete(old, recursive: true);
        }
    }

    private static void Relink(string directory, IReadOnlyList<ProjectedFile> files)
    {
        var names = files.Select(f => f.Path.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var link = Path.Combine(directory, name);
            if (new FileInfo(link).LinkTarget is null)
            {
                File.CreateSymbolicLink(link, $"{Data}/{name}");
            }
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(directory))
        {
            var name = Path.GetFileName(entry);
            if (!name.StartsWith("..", StringComparison.Ordinal) && !names.Contains(name))
            {
                File.Delete(entry);
            }
        }
    }

    private static string Fingerprint(IReadOnlyList<ProjectedFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Path}\n{(int)file.Mode}\n{file.Content.Length}\n"));
            hash.AppendData(file.Content);
        }

        const int length = 24;
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..length];
    }

    // File.Move follows the link and will not rename one that leads to a directory.
    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
