using System.Buffers.Binary;
using System.Text.Json;

namespace Orchestrator.Api.Decoding.Protobuf;

/// <summary>Reads the protobuf wire format.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private const int MaxVarintBytes = 10;

    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Reads a field's number and wire type: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes.</summary>
    public (int Number, int WireType) Tag()
    {
        var tag = Varint();
        return tag >> 3 is > 0 and <= int.MaxValue ? ((int)(tag >> 3), (int)(tag & 7)) : throw Malformed();
    }

    /// <exception cref="JsonException">The bytes end within it, or it is too long.</exception>
    public ulong Varint()
    {
        ulong value = 0;
        for (var i = 0; i < MaxVarintBytes && i < _rest.Length; i++)
        {
            value |= (ulong)(_rest[i] & 0x7f) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw Malformed();
    }

    public ReadOnlySpan<byte> Bytes() => Take(Varint());

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    public void Skip(int wireType)
    {
        switch (wireType)
        {
            case 0:
                Varint();
                break;
            case 1:
                Take(8);
                break;
            case 2:
                Bytes();
                break;
            case 5:
                Take(4);
                break;
            default:
                throw Malformed();
        }
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            throw Malformed();
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private static JsonException Malformed() => new("protobuf: the message is malformed or ends early");
}
