using System.Buffers.Binary;
using System.Text;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.Zip.Compression;

namespace Orchestrator.Agent.Streams.Spdy;

/// <summary>
/// Writes the header blocks that one side sends. One zlib stream runs through all of them, so blocks must be sent in the order of writing. They are stored
/// and not compressed: there are a few, of some bytes, and peers (Go's) need each one to end with an empty stored block, which libraries for .NET do not give.
/// </summary>
internal sealed class SpdyHeaderWriter
{
    /// <summary>Longest stored block of deflate (RFC 1951, 3.2.4).</summary>
    private const int MaxStoredBytes = ushort.MaxValue;

    // RFC 1950: deflate with a window of 32 KiB, a preset dictionary, and the dictionary's Adler-32.
    private static readonly byte[] Head = [0x78, 0x3f, 0xe3, 0xc6, 0xa7, 0xc2];

    private bool _begun;

    public byte[] Write(IReadOnlyDictionary<string, string> headers)
    {
        ReadOnlySpan<byte> plain = Block(headers);
        using var output = new MemoryStream();
        if (!_begun)
        {
            output.Write(Head);
            _begun = true;
        }

        while (!plain.IsEmpty)
        {
            var piece = plain[..Math.Min(plain.Length, MaxStoredBytes)];
            WriteStored(output, piece);
            plain = plain[piece.Length..];
        }

        WriteStored(output, []);
        return output.ToArray();
    }

    private static void WriteStored(MemoryStream output, ReadOnlySpan<byte> data)
    {
        Span<byte> head = stackalloc byte[5];
        head[0] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(head[1..], (ushort)data.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(head[3..], (ushort)~data.Length);
        output.Write(head);
        output.Write(data);
    }

    private static byte[] Block(IReadOnlyDictionary<string, string> headers)
    {
        using var block = new MemoryStream();
        WriteNumber(block, headers.Count);
        foreach (var (name, value) in headers)
        {
            // Names are lower-case on the wire; peers refuse others.
            WriteText(block, name.ToLowerInvariant());
            WriteText(block, value);
        }

        return block.ToArray();
    }

    private static void WriteText(MemoryStream block, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteNumber(block, bytes.Length);
        block.Write(bytes);
    }

    private static void WriteNumber(MemoryStream block, int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        block.Write(bytes);
    }
}

/// <summary>Reads the header blocks that the other side sends, in order.</summary>
internal sealed class SpdyHeaderReader(SpdyLimits limits)
{
    private readonly Inflater _inflater = new();
    private readonly byte[] _block = new byte[limits.MaxHeaderBlockBytes];

    /// <summary>Headers by name, which are compared without regard to case. Several values of one name are separated by NUL, as sent.</summary>
    /// <exception cref="SpdyException">It is no header block, or too large a one. The connection cannot be read any further.</exception>
    public Dictionary<string, string> Decompress(byte[] compressed)
    {
        int length;
        try
        {
            length = Inflate(compressed);
        }
        catch (Exception error) when (error is SharpZipBaseException or IndexOutOfRangeException or ArgumentException or InvalidOperationException)
        {
            throw new SpdyException("a header block cannot be decompressed", error);
        }

        return Parse(_block.AsSpan(0, length));
    }

    private int Inflate(byte[] compressed)
    {
        _inflater.SetInput(compressed);
        var length = 0;
        while (!_inflater.IsNeedingInput || length == 0)
        {
            if (length == _block.Length)
            {
                throw new SpdyException($"a header block has more than {limits.MaxHeaderBlockBytes} bytes");
            }

            var count = _inflater.Inflate(_block, length, _block.Length - length);
            if (_inflater.IsNeedingDictionary)
            {
                _inflater.SetDictionary(SpdyDictionary.Bytes);
                continue;
            }

            if (count == 0)
            {
                break;
            }

            length += count;
        }

        return length;
    }

    private Dictionary<string, string> Parse(ReadOnlySpan<byte> block)
    {
        var count = ReadNumber(ref block);
        if (count > limits.MaxHeaders)
        {
            throw new SpdyException($"a stream has more than {limits.MaxHeaders} headers");
        }

        var headers = new Dictionary<string, string>(count, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < count; i++)
        {
            var name = ReadText(ref block);
            headers[name] = ReadText(ref block);
        }

        return headers;
    }

    private static string ReadText(ref ReadOnlySpan<byte> block)
    {
        var length = ReadNumber(ref block);
        if (length > block.Length)
        {
            throw new SpdyException("a header block ends within a header");
        }

        var text = Encoding.UTF8.GetString(block[..length]);
        block = block[length..];
        return text;
    }

    private static int ReadNumber(ref ReadOnlySpan<byte> block)
    {
        if (block.Length < sizeof(int) || BinaryPrimitives.ReadInt32BigEndian(block) is not (>= 0 and var number))
        {
            throw new SpdyException("a header block ends within a number, or has a negative one");
        }

        block = block[sizeof(int)..];
        return number;
    }
}
