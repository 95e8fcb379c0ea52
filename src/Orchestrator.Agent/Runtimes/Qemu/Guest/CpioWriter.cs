using System.Globalization;
using System.Text;

namespace Orchestrator.Agent.Runtimes.Qemu.Guest;

/// <summary>
/// Writes the archive format that Linux unpacks as its initial file system ("newc", Documentation/driver-api/early-userspace/buffer-format).
/// Archives may follow each other in one file; later entries join or replace earlier ones.
/// </summary>
internal sealed class CpioWriter(Stream output)
{
    private const int Alignment = 4;
    private const int RegularFile = 0x8000;
    private const int DirectoryEntry = 0x4000;
    private const int SymbolicLink = 0xA000;

    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);
    private int _inode;
    private long _written;

    public void AddDirectory(string path, UnixFileMode mode = (UnixFileMode)0b111_101_101)
    {
        AddParents(path);
        if (_directories.Add(path))
        {
            AddEntry(path, DirectoryEntry | (int)mode, []);
        }
    }

    public void AddFile(string path, ReadOnlySpan<byte> content, UnixFileMode mode = (UnixFileMode)0b110_100_100)
    {
        AddParents(path);
        AddEntry(path, RegularFile | (int)mode, content);
    }

    public void AddSymbolicLink(string path, string target)
    {
        AddParents(path);
        AddEntry(path, SymbolicLink | 0b111_111_111, Encoding.UTF8.GetBytes(target));
    }

    /// <summary>Ends the archive; another may follow.</summary>
    public void Finish() => AddEntry("TRAILER!!!", 0, []);

    private void AddParents(string path)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
        {
            AddDirectory(parent);
        }
    }

    private void AddEntry(string path, int mode, ReadOnlySpan<byte> content)
    {
        var name = Encoding.UTF8.GetBytes(path);
        _inode++;
        // magic, inode, mode, uid, gid, links, mtime, size, device (2), special device (2), name length, checksum
        ReadOnlySpan<int> fields = [_inode, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, name.Length + 1, 0];
        var header = new StringBuilder("070701");
        foreach (var field in fields)
        {
            header.Append(field.ToString("X8", CultureInfo.InvariantCulture));
        }

        Write(Encoding.ASCII.GetBytes(header.ToString()));
        Write(name);
        Write([0]);
        Pad();
        Write(content);
        Pad();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        _written += bytes.Length;
    }

    private void Pad() => Write(new byte[(Alignment - (_written % Alignment)) % Alignment]);
}
