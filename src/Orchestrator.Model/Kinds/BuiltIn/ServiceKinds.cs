using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Services;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Services and what says where their pods are: core/v1 Service and Endpoints, discovery.k8s.io/v1 EndpointSlice.</summary>
internal static class ServiceKinds
{
    private const int MostShown = 3;

    public static ResourceKind Service() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "Service",
        Plural = "services",
        Namespaced = true,
        ClrType = typeof(V1Service),
        ShortNames = ["svc"],
        Categories = ["all"],
        HasStatus = true,
        NameFormat = NameFormat.DnsLabel1035,
        SelectableFields = ["spec.clusterIP", "spec.type"],
        Columns =
        [
            Column.Text("Type", "How it is reached.", o => o.Child("spec").Text("type")),
            Column.Text("Cluster-IP", "Address inside the cluster.", o => o.Child("spec").Text("clusterIP")),
            Column.Text("External-IP", "Addresses outside the cluster.", External),
            Column.Text("Port(s)", "Ports and protocols.", Ports),
            Column.Age(),
            Column.Text("Selector", "Labels of its pods.", Selector, Column.Wide),
        ],
        Rules = new ServiceRules(),
    };

    public static ResourceKind Endpoints() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "Endpoints",
        Plural = "endpoints",
        Singular = "endpoints",
        Namespaced = true,
        ClrType = typeof(V1Endpoints),
        ShortNames = ["ep"],
        Columns = [Column.Text("Endpoints", "Ready addresses and ports.", Addresses)],
        Rules = new EndpointsRules(),
    };

    public static ResourceKind EndpointSlice() => new()
    {
        Group = "discovery.k8s.io",
        Version = "v1",
        Kind = "EndpointSlice",
        Plural = "endpointslices",
        Namespaced = true,
        ClrType = typeof(V1EndpointSlice),
        HasGeneration = true,
        Columns =
        [
            Column.Text("AddressType", "Kind of the addresses.", o => o.Text("addressType")),
            Column.Text("Ports", "Ports of the endpoints.", SlicePorts),
            Column.Text("Endpoints", "Addresses of the endpoints.", o => Shown([.. o.Items("endpoints").SelectMany(e => e.Item.Texts("addresses"))])),
        ],
        Rules = new EndpointSliceRules(),
    };

    private static string? External(JsonObject service)
    {
        JsonObject? spec = service.Child("spec");
        if (spec.Text("type") == "ExternalName")
        {
            return spec.Text("externalName");
        }

        string given = string.Join(',', spec.Texts("externalIPs"));
        if (spec.Text("type") != "LoadBalancer")
        {
            return given;
        }

        string ingress = string.Join(',', service.Child("status", "loadBalancer").Items("ingress").Select(i => i.Item.Text("ip") ?? i.Item.Text("hostname")));
        string all = given.Length > 0 && ingress.Length > 0 ? $"{ingress},{given}" : given + ingress;
        return all.Length > 0 ? all : "<pending>";
    }

    private static string Ports(JsonObject service) => string.Join(',', service.Child("spec").Items("ports").Select(p => string.Create(
        CultureInfo.InvariantCulture,
        $"{p.Item.Integer("port")}{(p.Item.Integer("nodePort") is { } node and not 0 ? $":{node}" : "")}/{p.Item.Text("protocol")}")));

    private static string Selector(JsonObject service) =>
        string.Join(',', (service.Child("spec", "selector") ?? []).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value.AsText()}"));

    private static string? Addresses(JsonObject endpoints)
    {
        List<string> all = [];
        foreach ((JsonObject subset, _) in endpoints.Items("subsets"))
        {
            string[] ports = [.. subset.Items("ports").Select(p => p.Item["port"].AsScalarText() ?? "0")];
            foreach (string ip in subset.Items("addresses").Select(a => a.Item.Text("ip") ?? ""))
            {
                all.AddRange(ports.Length == 0 ? [ip] : ports.Select(port => $"{(ip.Contains(':', StringComparison.Ordinal) ? $"[{ip}]" : ip)}:{port}"));
            }
        }

        return all.Count == 0 ? null : Cut(all);
    }

    private static string SlicePorts(JsonObject slice) => Shown([.. slice.Items("ports").Select(p => p.Item["port"].AsScalarText() ?? "*")]);

    private static string Shown(List<string> values) => values.Count == 0 ? "<unset>" : Cut(values);

    private static string Cut(List<string> values) => values.Count <= MostShown
        ? string.Join(',', values)
        : string.Create(CultureInfo.InvariantCulture, $"{string.Join(',', values.Take(MostShown))} + {values.Count - MostShown} more...");
}
