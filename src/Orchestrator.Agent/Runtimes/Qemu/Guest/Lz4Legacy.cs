using System.Buffers.Binary;

namespace Orchestrator.Agent.Runtimes.Qemu.Guest;

/// <summary>Decompresses LZ4's legacy frame format, which Linux packs its kernels with (lz4 "Frame format", legacy frame, and "Block format").</summary>
internal static class Lz4Legacy
{
    public const uint Magic = 0x184C2102;
    private const int MostBlockBytes = 8 << 20;

    /// <param name="data">A legacy frame; Linux appends the unpacked length, four bytes, which are not a block.</param>
    /// <param name="output">Gets the content.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Decompress(ReadOnlySpan<byte> data, Stream output)
    {
        if (data.Length < 8 || BinaryPrimitives.ReadUInt32LittleEndian(data) != Magic)
        {
            throw new InvalidDataException("not an LZ4 legacy frame");
        }

        var block = new byte[MostBlockBytes];
        var rest = data[4..];
        while (rest.Length > 4)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            if (size > rest.Length - 4)
            {
                throw new InvalidDataException("an LZ4 block is cut short");
            }

            output.Write(block, 0, DecompressBlock(rest.Slice(4, (int)size), block));
            rest = rest[(4 + (int)size)..];
        }
    }

    private static int DecompressBlock(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var read = 0;
        var written = 0;
        try
        {
            while (true)
            {
                var token = source[read++];
                var literals = ReadLength(source, ref read, token >> 4);
                source.Slice(read, literals).CopyTo(target[written..]);
                read += literals;
                written += literals;
                if (read == source.Length)
                {
                    return written;
                }

                var distance = BinaryPrimitives.ReadUInt16LittleEndian(source[read..]);
                read += 2;
                var length = ReadLength(source, ref read, token & 15) + 4;
                CopyMatch(target, written, distance, length);
                written += length;
            }
        }
        catch (Exception error) when (error is IndexOutOfRangeException or ArgumentException)
        {
            throw new InvalidDataException("an LZ4 block is damaged", error);
        }
    }

    private static int ReadLength(ReadOnlySpan<byte> source, ref int read, int length)
    {
        if (length < 15)
        {
            return length;
        }

        byte more;
        do
        {
            more = source[read++];
            length += more;
        }
        while (more == 255);
        return length;
    }

    private static void CopyMatch(Span<byte> target, int at, int distance, int length)
    {
        if (distance == 0 || distance > at)
        {
            throw new InvalidDataException("an LZ4 match points before the block");
        }

        if (distance >= length)
        {
            target.Slice(at - distance, length).CopyTo(target[at..]);
            return;
        }

        // The match overlaps what it writes: that is how runs are encoded.
        for (var i = 0; i < length; i++)
        {
            target[at + i] = target[at + i - distance];
        }
    }
}
