using System.Buffers;
using System.Buffers.Binary;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;

/// <summary>Kinds of frames; the guest's side is <c>Guest/Init/init.h</c>. Those from 32 on are written to the journal, the others go over the agent's port.</summary>
internal enum GuestFrameKind : byte
{
    Hello = 1,
    Call,
    Reply,
    Open,
    Opened,
    Data,
    End,
    Window,
    Close,
    Resize,
    News,
    Booted = 32,
    Started,
    Exited,
    Output,
    Failed,
}

/// <summary>One frame: <c>0xA5 KIND 0 0 ID LENGTH payload 0x5A</c>, numbers of four bytes, little-endian.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Of the call, channel or container that it concerns.</param>
/// <param name="Payload">At most <see cref="MostPayloadBytes"/>.</param>
internal readonly record struct GuestFrame(GuestFrameKind Kind, uint Id, ReadOnlyMemory<byte> Payload)
{
    /// <summary>What either side takes.</summary>
    public const int MostPayloadBytes = 256 * 1024;

    /// <summary>Bytes around the payload.</summary>
    public const int AroundBytes = HeaderBytes + 1;

    private const int HeaderBytes = 12;
    private const byte First = 0xA5;
    private const byte Last = 0x5A;

    /// <summary>The frame's bytes.</summary>
    public static byte[] Encode(GuestFrameKind kind, uint id, ReadOnlySpan<byte> head, ReadOnlySpan<byte> data)
    {
        var length = head.Length + data.Length;
        if (length > MostPayloadBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(data), $"a frame holds at most {MostPayloadBytes} bytes");
        }

        var frame = new byte[length + AroundBytes];
        frame[0] = First;
        frame[1] = (byte)kind;
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), id);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(8), (uint)length);
        head.CopyTo(frame.AsSpan(HeaderBytes));
        data.CopyTo(frame.AsSpan(HeaderBytes + head.Length));
        frame[^1] = Last;
        return frame;
    }

    /// <summary>Takes the next whole frame from the buffer. Bytes that begin none, or end none, are passed over.</summary>
    /// <param name="buffer">What is there; afterwards what is left.</param>
    /// <param name="frame">The frame, with a payload of its own.</param>
    public static bool TryTake(ref ReadOnlySequence<byte> buffer, out GuestFrame frame)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        while (buffer.PositionOf(First) is { } start)
        {
            buffer = buffer.Slice(start);
            if (buffer.Length < HeaderBytes)
            {
                break;
            }

            buffer.Slice(0, HeaderBytes).CopyTo(header);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
            if (length <= MostPayloadBytes && buffer.Length < length + AroundBytes)
            {
                break;
            }

            if (length > MostPayloadBytes || buffer.Slice(HeaderBytes + length, 1).FirstSpan[0] != Last)
            {
                buffer = buffer.Slice(1);
                continue;
            }

            frame = new GuestFrame((GuestFrameKind)header[1], BinaryPrimitives.ReadUInt32LittleEndian(header[4..]), buffer.Slice(HeaderBytes, length).ToArray());
            buffer = buffer.Slice(length + AroundBytes);
            return true;
        }

        frame = default;
        return false;
    }
}
