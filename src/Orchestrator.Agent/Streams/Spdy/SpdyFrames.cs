using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Orchestrator.Agent.Streams.Spdy;

/// <summary>Control frames of SPDY/3, by their number on the wire.</summary>
internal enum SpdyFrameType
{
    SynStream = 1,
    SynReply = 2,
    RstStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    Headers = 8,
    WindowUpdate = 9,
}

/// <summary>Why a stream is reset: status codes of RST_STREAM.</summary>
internal enum SpdyReset
{
    ProtocolError = 1,
    RefusedStream = 3,
    Cancel = 5,
}

/// <summary>The eight bytes before every frame's payload.</summary>
/// <param name="Type">Null for a data frame.</param>
/// <param name="StreamId">Of a data frame; 0 for control frames, which have it in their payload.</param>
/// <param name="Length">Bytes of payload, at most 2^24 - 1.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SpdyFrameHead(SpdyFrameType? Type, int StreamId, byte Flags, int Length)
{
    public const int Bytes = 8;
    public const byte Fin = 1;
    public const int MaxPayloadBytes = (1 << 24) - 1;

    private const ushort Version = 3;
    private const ushort ControlBit = 0x8000;

    public bool IsFin => (Flags & Fin) != 0;

    /// <exception cref="SpdyException">Another version than 3.</exception>
    public static SpdyFrameHead Read(ReadOnlySpan<byte> bytes)
    {
        var first = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        var lengthAndFlags = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        var flags = (byte)(lengthAndFlags >> 24);
        var length = (int)(lengthAndFlags & MaxPayloadBytes);
        if ((first & ControlBit) == 0)
        {
            return new SpdyFrameHead(null, BinaryPrimitives.ReadInt32BigEndian(bytes), flags, length);
        }

        if ((first & ~ControlBit) != Version)
        {
            throw new SpdyException($"a frame is of SPDY version {first & ~ControlBit}, only 3 is spoken");
        }

        return new SpdyFrameHead((SpdyFrameType)BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]), 0, flags, length);
    }

    public void Write(Span<byte> bytes)
    {
        if (Type is { } type)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, ControlBit | Version);
            BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)type);
        }
        else
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes, StreamId);
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], ((uint)Flags << 24) | (uint)Length);
    }
}

/// <summary>Whole control frames as bytes.</summary>
internal static class SpdyFrames
{
    public static byte[] SynStream(int streamId, byte flags, ReadOnlySpan<byte> headerBlock)
    {
        // Associated stream 0, priority 0, slot 0.
        const int fixedBytes = 10;
        var frame = Control(SpdyFrameType.SynStream, flags, fixedBytes + headerBlock.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(SpdyFrameHead.Bytes), streamId);
        headerBlock.CopyTo(frame.AsSpan(SpdyFrameHead.Bytes + fixedBytes));
        return frame;
    }

    public static byte[] SynReply(int streamId, ReadOnlySpan<byte> headerBlock)
    {
        var frame = Control(SpdyFrameType.SynReply, 0, sizeof(int) + headerBlock.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(SpdyFrameHead.Bytes), streamId);
        headerBlock.CopyTo(frame.AsSpan(SpdyFrameHead.Bytes + sizeof(int)));
        return frame;
    }

    public static byte[] RstStream(int streamId, SpdyReset status) => Numbers(SpdyFrameType.RstStream, streamId, (int)status);

    public static byte[] Ping(int id) => Numbers(SpdyFrameType.Ping, id);

    public static byte[] GoAway(int lastStreamId) => Numbers(SpdyFrameType.GoAway, lastStreamId, 0);

    private static byte[] Numbers(SpdyFrameType type, params ReadOnlySpan<int> numbers)
    {
        var frame = Control(type, 0, numbers.Length * sizeof(int));
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(SpdyFrameHead.Bytes + (i * sizeof(int))), numbers[i]);
        }

        return frame;
    }

    private static byte[] Control(SpdyFrameType type, byte flags, int length)
    {
        var frame = new byte[SpdyFrameHead.Bytes + length];
        new SpdyFrameHead(type, 0, flags, length).Write(frame);
        return frame;
    }
}
