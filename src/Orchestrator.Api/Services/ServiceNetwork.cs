using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Orchestrator.Api.Services;

/// <summary>What Services are given: addresses inside the cluster, and ports on every node. All servers of a cluster must say the same.</summary>
public sealed record ServiceNetwork
{
    /// <summary>IPv4 network of the addresses; its first and last address are nobody's, the one after the first is the API's.</summary>
    public IPNetwork Addresses { get; init; } = new(IPAddress.Parse("10.96.0.0"), 16);

    /// <summary>Ports of Services of type NodePort and LoadBalancer.</summary>
    public NumberRange NodePorts { get; init; } = new(30000, 2768);

    /// <summary>IPv4 network from which nodes are given the ranges of their pods; null where the server gives none.</summary>
    public IPNetwork? PodAddresses { get; init; }

    /// <summary>Length of the prefix of one node's range.</summary>
    public int NodePrefixLength { get; init; } = 24;

    /// <summary>Address of the cluster's name server, the tenth, as is the custom; null where pods are not on a network of ours.</summary>
    public IPAddress? NameServer => PodAddresses is null ? null : ToAddress(AddressNumbers.First + 9);

    /// <summary>The addresses as numbers.</summary>
    internal NumberRange AddressNumbers
    {
        get
        {
            long size = 1L << (32 - Addresses.PrefixLength);
            return new NumberRange(ToNumber(Addresses.BaseAddress) + 1, Math.Max(1, size - 2));
        }
    }

    /// <summary>Address of the Service <c>default/kubernetes</c>.</summary>
    public IPAddress ApiAddress => ToAddress(AddressNumbers.First);

    /// <summary>What is wrong with a network of addresses; null where nothing is.</summary>
    public static string? Fault(IPNetwork network) =>
        network.BaseAddress.AddressFamily != AddressFamily.InterNetwork ? "must be an IPv4 network"
        : network.PrefixLength is < 8 or > 28 ? "must have a prefix of 8 to 28 bits"
        : null;

    internal static long ToNumber(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return bytes.Length == 4 ? ((long)bytes[0] << 24) | ((long)bytes[1] << 16) | ((long)bytes[2] << 8) | bytes[3] : -1;
    }

    internal static IPAddress ToAddress(long number) =>
        new([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
}

/// <summary>Consecutive numbers from which ones are given out: addresses, ports.</summary>
/// <param name="First">The lowest.</param>
/// <param name="Count">How many.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct NumberRange(long First, long Count)
{
    private const long SmallestReserve = 16;
    private const long LargestReserve = 256;

    public long Last => First + Count - 1;

    /// <summary>
    /// The lowest numbers are given out only when all others are taken, so that whoever asks for one by its value finds one that is free (Kubernetes'
    /// static band: a sixteenth of the range, at least 16 and at most 256).
    /// </summary>
    private long Reserve => Count < 2 * SmallestReserve ? 0 : Math.Clamp(Count / 16, SmallestReserve, LargestReserve);

    public bool Contains(long number) => number >= First && number <= Last;

    /// <summary>A free number, from a random place on; null where all are taken.</summary>
    public long? Pick(Func<long, bool> isTaken, Random random)
    {
        long reserve = Reserve;
        return Pick(First + reserve, Count - reserve, isTaken, random) ?? (reserve == 0 ? null : Pick(First, reserve, isTaken, random));
    }

    private static long? Pick(long first, long count, Func<long, bool> isTaken, Random random)
    {
        long start = random.NextInt64(count);
        for (long i = 0; i < count; i++)
        {
            long candidate = first + ((start + i) % count);
            if (!isTaken(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
