using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using k8s.Models;

namespace Orchestrator.Agent.Network.Rules;

/// <summary>Where traffic to a Service goes.</summary>
/// <param name="Address">IPv4.</param>
/// <param name="Port">Number.</param>
/// <param name="IsLocal">Whether it is on this node.</param>
internal sealed record ServiceEndpoint(string Address, int Port, bool IsLocal)
{
    /// <summary>As data of an nftables map.</summary>
    public string Data => string.Create(CultureInfo.InvariantCulture, $"{Address} . {Port}");
}

/// <summary>One port of a Service that has an address, with the endpoints that traffic to it may go to.</summary>
internal sealed record ServicePort
{
    /// <summary><c>NAMESPACE/NAME:PORT</c>.</summary>
    public required string Name { get; init; }

    /// <summary>tcp, udp or sctp.</summary>
    public required string Protocol { get; init; }

    public required int Port { get; init; }

    /// <summary>0 where it has none.</summary>
    public required int NodePort { get; init; }

    public required string ClusterIp { get; init; }

    /// <summary>Addresses from outside that nodes take traffic on as well: <c>externalIPs</c> and those of a load balancer.</summary>
    public required ImmutableArray<string> OtherAddresses { get; init; }

    /// <summary>How long a client keeps its endpoint; null where it does not.</summary>
    public int? AffinitySeconds { get; init; }

    public bool IsInternalLocal { get; init; }

    public bool IsExternalLocal { get; init; }

    /// <summary>On all nodes.</summary>
    public required ImmutableArray<ServiceEndpoint> Cluster { get; init; }

    /// <summary>On this node.</summary>
    public required ImmutableArray<ServiceEndpoint> Local { get; init; }

    /// <summary>All ports of Services that this node routes. Pure.</summary>
    /// <param name="services">All Services.</param>
    /// <param name="slices">All EndpointSlices.</param>
    /// <param name="node">Name of this node.</param>
    public static IEnumerable<ServicePort> Of(IEnumerable<V1Service> services, IEnumerable<V1EndpointSlice> slices, string node)
    {
        var byService = slices.Where(s => s.AddressType == "IPv4" && s.Metadata.Labels?.ContainsKey(ServiceLabel) == true)
            .ToLookup(s => $"{s.Metadata.NamespaceProperty}/{s.Metadata.Labels[ServiceLabel]}", StringComparer.Ordinal);
        return
            from service in services.OrderBy(s => $"{s.Metadata.NamespaceProperty}/{s.Metadata.Name}", StringComparer.Ordinal)
            where service.Spec.Type != "ExternalName" && IsIPv4(service.Spec.ClusterIP)
            from port in service.Spec.Ports ?? []
            select Of(service, port, [.. byService[$"{service.Metadata.NamespaceProperty}/{service.Metadata.Name}"]], node);
    }

    public const string ServiceLabel = "kubernetes.io/service-name";

    private static ServicePort Of(V1Service service, V1ServicePort port, List<V1EndpointSlice> slices, string node)
    {
        var spec = service.Spec;
        List<(ServiceEndpoint Endpoint, V1EndpointConditions? Conditions)> all =
        [
            .. from slice in slices
               from slicePort in slice.Ports ?? []
               where (slicePort.Name ?? "") == (port.Name ?? "") && slicePort.Port is > 0 && (slicePort.Protocol ?? "TCP") == (port.Protocol ?? "TCP")
               from endpoint in slice.Endpoints ?? []
               from address in endpoint.Addresses.Take(1)
               where IsIPv4(address)
               select (new ServiceEndpoint(address, slicePort.Port!.Value, endpoint.NodeName == node), endpoint.Conditions),
        ];
        return new ServicePort
        {
            Name = $"{service.Metadata.NamespaceProperty}/{service.Metadata.Name}:{port.Name}",
            Protocol = (port.Protocol ?? "TCP").ToLowerInvariant(),
            Port = port.Port,
            NodePort = port.NodePort ?? 0,
            ClusterIp = spec.ClusterIP,
            OtherAddresses =
            [
                .. (spec.ExternalIPs ?? []).Concat((service.Status?.LoadBalancer?.Ingress ?? []).Select(i => i.Ip)).Where(IsIPv4).Distinct(StringComparer.Ordinal),
            ],
            AffinitySeconds = spec.SessionAffinity == "ClientIP" ? spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds ?? 10800 : null,
            IsInternalLocal = spec.InternalTrafficPolicy == "Local",
            IsExternalLocal = spec.ExternalTrafficPolicy == "Local",
            Cluster = Usable(all),
            Local = Usable([.. all.Where(e => e.Endpoint.IsLocal)]),
        };
    }

    // Those that are ready; where none is, those that still serve while they end: better than nobody (KEP-1669).
    private static ImmutableArray<ServiceEndpoint> Usable(List<(ServiceEndpoint Endpoint, V1EndpointConditions? Conditions)> all)
    {
        var ready = all.Where(e => e.Conditions?.Ready ?? true).ToList();
        var usable = ready.Count > 0 ? ready : all.Where(e => e.Conditions is { Terminating: true } && (e.Conditions.Serving ?? false)).ToList();
        return [.. usable.Select(e => e.Endpoint).Distinct().OrderBy(e => e.Data, StringComparer.Ordinal)];
    }

    private static bool IsIPv4(string? text) => IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork;
}
