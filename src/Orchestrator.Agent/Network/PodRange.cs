using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Agent.Network;

/// <summary>The IPv4 network that a node's pods have their addresses from (<c>spec.podCIDR</c>).</summary>
public sealed record PodRange(IPNetwork Network)
{
    /// <summary>The first address, which the node's bridge has.</summary>
    public IPAddress Gateway => ToAddress(ToNumber(Network.BaseAddress) + 1);

    /// <summary>
    /// Hardware address of the bridge, made of the gateway's. Fixed, since rules name it, and since a bridge's own changes with what is plugged into it.
    /// </summary>
    public string BridgeMac => MacOf(Gateway);

    /// <summary>Null for text that is no IPv4 network with room for a gateway and pods.</summary>
    public static PodRange? Parse(string? text) =>
        IPNetwork.TryParse(text, out var network) && network.BaseAddress.AddressFamily == AddressFamily.InterNetwork && network.PrefixLength is > 0 and < 31
            ? new PodRange(network)
            : null;

    /// <summary>A locally administered hardware address (IEEE 802) made of an IPv4 address.</summary>
    public static string MacOf(IPAddress address) => "0a:58:" + string.Join(':', address.GetAddressBytes().Select(b => b.ToString("x2", null)));

    internal static uint ToNumber(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    internal static IPAddress ToAddress(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
