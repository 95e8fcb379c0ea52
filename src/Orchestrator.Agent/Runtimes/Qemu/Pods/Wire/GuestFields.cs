using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;

/// <summary>Tags of the fields of calls; the guest's side is <c>enum tag</c> of <c>Guest/Init/init.h</c>.</summary>
internal enum GuestTag : byte
{
    Argument = 1,
    Environment,
    Directory,
    User,
    Group,
    MoreGroup,
    Mount,
    Flags,
    Capabilities,
    MemoryBytes,
    CpuMillicores,
    Container,
    Signal,
    HostName,
    Address,
    Gateway,
    Columns,
    Rows,
    Port,
    Target,
    Mtu,
    Streams,
    CpuWeight,
    KernelValue,
    ShareProcesses,
}

/// <summary>What the guest can be asked for.</summary>
internal enum GuestVerb : byte
{
    Configure = 1,
    Create,
    Start,
    Signal,
    Remove,
    Stats,
}

/// <summary>Writes the fields of a call: a tag of one byte, a length of four, the value.</summary>
internal sealed class GuestFields
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public GuestFields Add(GuestTag tag, string text) => Add(tag, Encoding.UTF8.GetBytes(text));

    public GuestFields Add(GuestTag tag, long number)
    {
        Span<byte> value = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(value, number);
        return Add(tag, value);
    }

    public GuestFields AddAll(GuestTag tag, IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            Add(tag, text);
        }

        return this;
    }

    public GuestFields Add(GuestTag tag, ReadOnlySpan<byte> value)
    {
        Span<byte> head = stackalloc byte[5];
        head[0] = (byte)tag;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], value.Length);
        _bytes.Write(head);
        _bytes.Write(value);
        return this;
    }

    /// <summary>Adds fields that were written before.</summary>
    public GuestFields Append(ReadOnlySpan<byte> fields)
    {
        _bytes.Write(fields);
        return this;
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}
