using System.Buffers.Binary;

namespace Orchestrator.Agent.Streams.Spdy;

/// <summary>The payload of a control frame, read with checks.</summary>
internal readonly struct SpdyControl(byte[] payload)
{
    /// <summary>The 31-bit number at an offset.</summary>
    /// <exception cref="SpdyException">The frame is too short.</exception>
    public int Number(int offset) => payload.Length >= offset + sizeof(int)
        ? BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(offset)) & int.MaxValue
        : throw new SpdyException("a control frame is too short");

    /// <summary>Everything from an offset on.</summary>
    /// <exception cref="SpdyException">The frame is too short.</exception>
    public byte[] Rest(int offset) => payload.Length >= offset ? payload[offset..] : throw new SpdyException("a control frame is too short");
}
