using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Orchestrator.Agent.Network.Dhcp;

/// <summary>Types of messages (RFC 2132, 9.6).</summary>
public enum DhcpType : byte
{
    Discover = 1,
    Offer = 2,
    Request = 3,
    Decline = 4,
    Ack = 5,
    Nak = 6,
    Release = 7,
    Inform = 8,
}

/// <summary>One question of a client (RFC 2131).</summary>
/// <param name="Type">What it wants.</param>
/// <param name="Mac">Who asks, as six pairs of hexadecimal digits with colons.</param>
/// <param name="Requested">The address that it wants or has; null for none.</param>
public sealed record DhcpQuestion(DhcpType Type, string Mac, IPAddress? Requested, uint Id, byte[] Header)
{
    private const int HeaderBytes = 236;
    private const uint Cookie = 0x63825363;
    private const uint LeaseSeconds = 86_400;

    /// <summary>Null for what is not a question of an Ethernet client.</summary>
    public static DhcpQuestion? Parse(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderBytes + 4 || message[0] != 1 || message[1] != 1 || message[2] != 6 || BinaryPrimitives.ReadUInt32BigEndian(message[HeaderBytes..]) != Cookie)
        {
            return null;
        }

        DhcpType? type = null;
        IPAddress? requested = null;
        var options = message[(HeaderBytes + 4)..];
        while (options.Length > 1 && options[0] != 255)
        {
            if (options[0] == 0)
            {
                options = options[1..];
                continue;
            }

            var length = options[1];
            if (options.Length < 2 + length)
            {
                return null;
            }

            var value = options.Slice(2, length);
            (type, requested) = (options[0], length) switch
            {
                (53, 1) => ((DhcpType)value[0], requested),
                (50, 4) => (type, new IPAddress(value)),
                _ => (type, requested),
            };
            options = options[(2 + length)..];
        }

        var current = new IPAddress(message.Slice(12, 4));
        var mac = string.Join(':', message.Slice(28, 6).ToArray().Select(b => b.ToString("x2", null)));
        return type is { } known ? new DhcpQuestion(known, mac, requested ?? (current.Equals(IPAddress.Any) ? null : current), BinaryPrimitives.ReadUInt32BigEndian(message[4..]), message[..HeaderBytes].ToArray()) : null;
    }

    /// <summary>What the client is answered; null where nothing is to be said.</summary>
    public byte[]? Answer(DhcpLease lease) => Type switch
    {
        DhcpType.Discover => Message(DhcpType.Offer, lease),
        // One that has an address of an earlier run is told so at once, and asks anew.
        DhcpType.Request when Requested is not null && !Requested.Equals(lease.Address) => Message(DhcpType.Nak, lease),
        DhcpType.Request or DhcpType.Inform => Message(DhcpType.Ack, lease),
        _ => null,
    };

    private byte[] Message(DhcpType type, DhcpLease lease)
    {
        using var message = new MemoryStream();
        var header = new byte[HeaderBytes];
        (header[0], header[1], header[2]) = (2, 1, 6);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), Id);
        Header.AsSpan(10, 6).CopyTo(header.AsSpan(10));
        Header.AsSpan(28, 16).CopyTo(header.AsSpan(28));
        if (type != DhcpType.Nak)
        {
            lease.Address.GetAddressBytes().CopyTo(header, 16);
        }

        lease.Gateway.GetAddressBytes().CopyTo(header, 20);
        message.Write(header);
        message.Write([0x63, 0x82, 0x53, 0x63, 53, 1, (byte)type]);
        Option(message, 54, lease.Gateway.GetAddressBytes());
        if (type != DhcpType.Nak)
        {
            var seconds = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(seconds, LeaseSeconds);
            Option(message, 51, seconds);
            Option(message, 1, lease.Mask.GetAddressBytes());
            Option(message, 3, lease.Gateway.GetAddressBytes());
            Option(message, 6, [.. lease.Servers.SelectMany(s => s.GetAddressBytes())]);
            Option(message, 12, Encoding.ASCII.GetBytes(lease.HostName));
            Option(message, 15, Encoding.ASCII.GetBytes(lease.Searches.Count > 0 ? lease.Searches[0] : ""));
        }

        message.WriteByte(255);
        // Some clients take no less than BOOTP had.
        message.Write(new byte[Math.Max(0, 300 - (int)message.Length)]);
        return message.ToArray();
    }

    private static void Option(MemoryStream message, byte code, byte[] value)
    {
        if (value.Length is > 0 and < 256)
        {
            message.WriteByte(code);
            message.WriteByte((byte)value.Length);
            message.Write(value);
        }
    }
}
