using System.Globalization;
using System.Net;
using ARSoft.Tools.Net;
using ARSoft.Tools.Net.Dns;
using k8s.Models;
using Orchestrator.Agent.Network.Rules;

namespace Orchestrator.Agent.Network.Dns;

/// <summary>What the cluster says of a name.</summary>
/// <param name="Exists">Whether there is such a name, if perhaps without records of the type.</param>
/// <param name="Records">Records of the type that was asked for, or the alias that leads on.</param>
internal sealed record NameAnswer(bool Exists, IReadOnlyList<DnsRecordBase> Records)
{
    public static readonly NameAnswer Unknown = new(false, []);
}

/// <summary>
/// The names of Services and of the pods behind them (Kubernetes' DNS specification 1.1.0): addresses, ports, aliases, and names of addresses. Immutable; made anew
/// from what the cluster is.
/// </summary>
internal sealed class ClusterNames
{
    /// <summary>How long others may keep an answer: endpoints come and go.</summary>
    public const int TimeToLiveSeconds = 5;

    private readonly Dictionary<string, List<DnsRecordBase>> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _domain;

    private ClusterNames(string domain) => _domain = domain;

    /// <param name="services">All Services.</param>
    /// <param name="slices">All EndpointSlices.</param>
    /// <param name="domain">The cluster's domain, without a dot at the end.</param>
    public static ClusterNames Of(IEnumerable<V1Service> services, IEnumerable<V1EndpointSlice> slices, string domain)
    {
        var names = new ClusterNames(domain);
        names.Add($"dns-version.{domain}", name => new TxtRecord(name, TimeToLiveSeconds, "1.1.0"));
        var byService = slices.Where(s => s.AddressType == "IPv4" && s.Metadata.Labels?.ContainsKey(ServicePort.ServiceLabel) == true)
            .ToLookup(s => $"{s.Metadata.NamespaceProperty}/{s.Metadata.Labels[ServicePort.ServiceLabel]}", StringComparer.Ordinal);
        foreach (var service in services.OrderBy(s => $"{s.Metadata.NamespaceProperty}/{s.Metadata.Name}", StringComparer.Ordinal))
        {
            names.Add(service, byService[$"{service.Metadata.NamespaceProperty}/{service.Metadata.Name}"]);
        }

        return names;
    }

    /// <summary>Null for a name that is not the cluster's to answer.</summary>
    public NameAnswer? Find(string name, RecordType type)
    {
        name = name.TrimEnd('.');
        if (_names.TryGetValue(name, out var records))
        {
            return new NameAnswer(true, [.. records.Where(r => type == RecordType.Any || r.RecordType == type || r.RecordType == RecordType.CName)]);
        }

        return !IsOurs(name) ? null : PodAddress(name) is { } address ? new NameAnswer(true, type is RecordType.A or RecordType.Any ? [address] : []) : NameAnswer.Unknown;
    }

    /// <summary>Goes with answers that something is not, and says for how long that holds (RFC 2308).</summary>
    public SoaRecord Authority() => new(
        DomainName.Parse(_domain), TimeToLiveSeconds, DomainName.Parse("ns.dns." + _domain), DomainName.Parse("hostmaster." + _domain), 1, 7200, 1800, 86400, TimeToLiveSeconds);

    private bool IsOurs(string name) => name.Equals(_domain, StringComparison.OrdinalIgnoreCase) || name.EndsWith("." + _domain, StringComparison.OrdinalIgnoreCase);

    private void Add(V1Service service, IEnumerable<V1EndpointSlice> slices)
    {
        var host = $"{service.Metadata.Name}.{service.Metadata.NamespaceProperty}.svc.{_domain}";
        if (service.Spec.Type == "ExternalName")
        {
            if (DomainName.TryParse(service.Spec.ExternalName ?? "", out var target))
            {
                Add(host, name => new CNameRecord(name, TimeToLiveSeconds, target!));
            }
        }
        else if (service.Spec.ClusterIP == "None")
        {
            AddEndpoints(host, [.. slices]);
        }
        else if (IPAddress.TryParse(service.Spec.ClusterIP, out var address))
        {
            AddAddress(host, address);
            AddPointer(address, host);
            foreach (var port in service.Spec.Ports ?? [])
            {
                AddPort(host, port.Name, port.Protocol, port.Port, host);
            }
        }
    }

    private void AddEndpoints(string host, List<V1EndpointSlice> slices)
    {
        // The Service has its name even while it has no endpoint.
        Reserve(host);
        foreach (var slice in slices)
        {
            // Ready is also what publishNotReadyAddresses makes of those that are not.
            foreach (var endpoint in slice.Endpoints?.Where(e => e.Conditions?.Ready ?? true) ?? [])
            {
                foreach (var address in endpoint.Addresses.Select(a => IPAddress.TryParse(a, out var ip) ? ip : null).OfType<IPAddress>())
                {
                    var label = string.IsNullOrEmpty(endpoint.Hostname) ? address.ToString().Replace('.', '-') : endpoint.Hostname;
                    var own = $"{label}.{host}";
                    AddAddress(host, address);
                    AddAddress(own, address);
                    if (!string.IsNullOrEmpty(endpoint.Hostname))
                    {
                        AddPointer(address, own);
                    }

                    foreach (var port in slice.Ports?.Where(p => p.Port is > 0) ?? [])
                    {
                        AddPort(host, port.Name, port.Protocol, port.Port!.Value, own);
                    }
                }
            }
        }
    }

    private void AddAddress(string host, IPAddress address)
    {
        if (!_names.TryGetValue(host, out var present) || !present.OfType<ARecord>().Any(a => a.Address.Equals(address)))
        {
            Add(host, name => new ARecord(name, TimeToLiveSeconds, address));
        }
    }

    private void AddPort(string host, string? port, string? protocol, int number, string target)
    {
        if (!string.IsNullOrEmpty(port))
        {
            Add(
                $"_{port}._{(protocol ?? "TCP").ToLowerInvariant()}.{host}",
                name => new SrvRecord(name, TimeToLiveSeconds, 0, 100, (ushort)number, DomainName.Parse(target)));
        }
    }

    private void AddPointer(IPAddress address, string host) => Add(
        string.Join('.', address.GetAddressBytes().Reverse().Select(b => b.ToString(CultureInfo.InvariantCulture))) + ".in-addr.arpa",
        name => new PtrRecord(name, TimeToLiveSeconds, DomainName.Parse(host)));

    private void Add(string host, Func<DomainName, DnsRecordBase> record)
    {
        // A label that is too long for DNS makes one name impossible and must not take all others with it.
        if (DomainName.TryParse(host, out var name))
        {
            Reserve(host).Add(record(name!));
        }
    }

    /// <summary>Makes the name exist, and those above it in the cluster's domain.</summary>
    private List<DnsRecordBase> Reserve(string host)
    {
        if (!_names.TryGetValue(host, out var records))
        {
            _names[host] = records = [];
            var above = host.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? host[(dot + 1)..] : "";
            if (IsOurs(above))
            {
                Reserve(above);
            }
        }

        return records;
    }

    /// <summary><c>10-0-0-7.NAMESPACE.pod.DOMAIN</c>: the address itself, as CoreDNS answers by default.</summary>
    private ARecord? PodAddress(string name)
    {
        var labels = name[..^Math.Min(name.Length, _domain.Length + 1)].Split('.');
        return labels is [var dashed, { Length: > 0 }, var pod] && pod.Equals("pod", StringComparison.OrdinalIgnoreCase)
            && dashed.Count(c => c == '-') == 3 && IPAddress.TryParse(dashed.Replace('-', '.'), out var address)
            ? new ARecord(DomainName.Parse(name), TimeToLiveSeconds, address)
            : null;
    }
}
