using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>
/// Writes files into an ISO 9660 image with Joliet names (ECMA-119, and Microsoft's Joliet specification), all in the root directory: what cloud-init
/// and installers look for. Nothing else of the format is needed, and no program for it needs to be on the node.
/// </summary>
internal static class Iso9660
{
    private const int Sector = 2048;
    private const int FirstDescriptor = 16;
    private const int MostFiles = 1000;
    private const int LongestName = 64;
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("*/:;?\\");

    /// <param name="label">Label of the volume, at most 16 characters.</param>
    /// <param name="files">Names, and what is in them.</param>
    /// <exception cref="ArgumentException">A name or the number of files does not fit the format.</exception>
    public static byte[] Write(string label, IReadOnlyList<KeyValuePair<string, byte[]>> files)
    {
        if (files.Count > MostFiles || files.Any(f => f.Key.Length > LongestName || f.Key.AsSpan().ContainsAny(Forbidden)))
        {
            throw new ArgumentException($"at most {MostFiles} files with names of at most {LongestName} characters without * / : ; ? \\ fit", nameof(files));
        }

        // Sorted, as the format wants it. Both trees point to the same data.
        var sorted = files.OrderBy(f => f.Key, StringComparer.Ordinal).ToList();
        var shortNames = sorted.Select((_, i) => Encoding.ASCII.GetBytes($"F{i:0000000}.;1")).ToList();
        var longNames = sorted.Select(f => Encoding.BigEndianUnicode.GetBytes(f.Key)).ToList();
        var shortSectors = DirectorySectors(shortNames);
        var longSectors = DirectorySectors(longNames);
        // Descriptors (3), path tables (2 each), directories, data.
        var tables = FirstDescriptor + 3;
        var shortDirectory = tables + 4;
        var longDirectory = shortDirectory + shortSectors;
        var next = longDirectory + longSectors;
        var places = new List<(int Sector, int Length)>();
        foreach (var (_, content) in sorted)
        {
            places.Add((next, content.Length));
            next += Math.Max(1, (content.Length + Sector - 1) / Sector);
        }

        var image = new byte[next * Sector];
        WriteDescriptor(image.AsSpan(FirstDescriptor * Sector), 1, label, isLong: false, next, tables, (shortDirectory, shortSectors * Sector));
        WriteDescriptor(image.AsSpan((FirstDescriptor + 1) * Sector), 2, label, isLong: true, next, tables + 2, (longDirectory, longSectors * Sector));
        WriteHeader(image.AsSpan((FirstDescriptor + 2) * Sector), 255);
        WritePathTables(image, tables, shortDirectory);
        WritePathTables(image, tables + 2, longDirectory);
        WriteDirectory(image.AsSpan(shortDirectory * Sector), shortDirectory, shortSectors * Sector, shortNames, places);
        WriteDirectory(image.AsSpan(longDirectory * Sector), longDirectory, longSectors * Sector, longNames, places);
        for (var i = 0; i < sorted.Count; i++)
        {
            sorted[i].Value.CopyTo(image.AsSpan(places[i].Sector * Sector));
        }

        return image;
    }

    private static int RecordLength(int nameLength) => (33 + nameLength + 1) & ~1;

    private static int DirectorySectors(List<byte[]> names)
    {
        var (sectors, used) = (1, 2 * RecordLength(1));
        foreach (var length in names.Select(n => RecordLength(n.Length)))
        {
            // Records do not cross sectors.
            (sectors, used) = used + length > Sector ? (sectors + 1, length) : (sectors, used + length);
        }

        return sectors;
    }

    private static void WriteHeader(Span<byte> at, byte type)
    {
        at[0] = type;
        "CD001"u8.CopyTo(at[1..]);
        at[6] = 1;
    }

    private static void WriteDescriptor(Span<byte> at, byte type, string label, bool isLong, int sectors, int table, (int Sector, int Bytes) root)
    {
        WriteHeader(at, type);
        Text(at.Slice(8, 32), "", isLong);
        Text(at.Slice(40, 32), label, isLong);
        Both32(at[80..], sectors);
        if (isLong)
        {
            // Joliet, level 3.
            "%/E"u8.CopyTo(at[88..]);
        }

        Both16(at[120..], 1);
        Both16(at[124..], 1);
        Both16(at[128..], Sector);
        Both32(at[132..], 10);
        BinaryPrimitives.WriteInt32LittleEndian(at[140..], table);
        BinaryPrimitives.WriteInt32BigEndian(at[148..], table + 1);
        WriteRecord(at.Slice(156, 34), root.Sector, root.Bytes, [0], isDirectory: true);
        Text(at.Slice(190, 623), "", isLong);
        foreach (var time in (ReadOnlySpan<int>)[813, 830, 847, 864])
        {
            // Not specified.
            at.Slice(time, 16).Fill((byte)'0');
        }

        at[881] = 1;
    }

    private static void Text(Span<byte> at, string text, bool isLong)
    {
        if (!isLong)
        {
            at.Fill((byte)' ');
            Encoding.ASCII.GetBytes(text, at);
            return;
        }

        for (var i = 0; i + 1 < at.Length; i += 2)
        {
            BinaryPrimitives.WriteUInt16BigEndian(at[i..], ' ');
        }

        Encoding.BigEndianUnicode.GetBytes(text.AsSpan(0, Math.Min(text.Length, at.Length / 2)), at);
    }

    private static void WritePathTables(Span<byte> image, int table, int directory)
    {
        var little = image[(table * Sector)..];
        var big = image[((table + 1) * Sector)..];
        little[0] = big[0] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(little[2..], directory);
        BinaryPrimitives.WriteInt32BigEndian(big[2..], directory);
        BinaryPrimitives.WriteInt16LittleEndian(little[6..], 1);
        BinaryPrimitives.WriteInt16BigEndian(big[6..], 1);
    }

    private static void WriteDirectory(Span<byte> at, int sector, int bytes, List<byte[]> names, List<(int Sector, int Length)> places)
    {
        var position = 0;
        foreach (var self in (ReadOnlySpan<byte>)[0, 1])
        {
            position += WriteRecord(at[position..], sector, bytes, [self], isDirectory: true);
        }

        for (var i = 0; i < names.Count; i++)
        {
            if ((position % Sector) + RecordLength(names[i].Length) > Sector)
            {
                position = ((position / Sector) + 1) * Sector;
            }

            position += WriteRecord(at[position..], places[i].Sector, places[i].Length, names[i], isDirectory: false);
        }
    }

    private static int WriteRecord(Span<byte> at, int sector, int bytes, ReadOnlySpan<byte> name, bool isDirectory)
    {
        var length = RecordLength(name.Length);
        at[0] = (byte)length;
        Both32(at[2..], sector);
        Both32(at[10..], bytes);
        // Years since 1900, month, day: what is written must not depend on when.
        (at[18], at[19], at[20]) = (100, 1, 1);
        at[25] = isDirectory ? (byte)2 : (byte)0;
        Both16(at[28..], 1);
        at[32] = (byte)name.Length;
        name.CopyTo(at[33..]);
        return length;
    }

    private static void Both16(Span<byte> at, int value)
    {
        BinaryPrimitives.WriteInt16LittleEndian(at, (short)value);
        BinaryPrimitives.WriteInt16BigEndian(at[2..], (short)value);
    }

    private static void Both32(Span<byte> at, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(at, value);
        BinaryPrimitives.WriteInt32BigEndian(at[4..], value);
    }
}
