using System.Collections.Concurrent;
using System.Net;

namespace Orchestrator.Agent.Network.Dhcp;

/// <summary>What a machine is told of its network.</summary>
/// <param name="Address">Its address.</param>
/// <param name="PrefixLength">Of its network.</param>
/// <param name="Gateway">Its default route, and who answers it.</param>
/// <param name="HostName">Its name.</param>
/// <param name="Servers">Name servers.</param>
/// <param name="Searches">Domains that names are tried in.</param>
public sealed record DhcpLease(IPAddress Address, int PrefixLength, IPAddress Gateway, string HostName, IReadOnlyList<IPAddress> Servers, IReadOnlyList<string> Searches)
{
    public IPAddress Mask
    {
        get
        {
            Span<byte> bytes = stackalloc byte[4];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, PrefixLength == 0 ? 0 : uint.MaxValue << (32 - PrefixLength));
            return new IPAddress(bytes);
        }
    }
}

/// <summary>The leases of a node's machines by their hardware addresses. Whoever runs a machine says what it is to be told; nobody else is answered.</summary>
public sealed class DhcpLeases
{
    private readonly ConcurrentDictionary<string, DhcpLease> _leases = new(StringComparer.OrdinalIgnoreCase);

    public void Grant(string mac, DhcpLease lease) => _leases[mac] = lease;

    public void Withdraw(IPAddress address)
    {
        foreach (var (mac, _) in _leases.Where(l => l.Value.Address.Equals(address)).ToList())
        {
            _leases.TryRemove(mac, out _);
        }
    }

    public DhcpLease? Find(string mac) => _leases.GetValueOrDefault(mac);
}
