using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>
/// Services are listed, and there are none: nothing routes to pods yet, so making one is refused instead of accepted without effect. The kind is
/// served because clients look through the cluster's services before anything else (<c>kubectl cluster-info</c>, <c>kubectl get all</c>).
/// </summary>
internal static class ServiceKind
{
    public static ResourceKind Create() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "Service",
        Plural = "services",
        Namespaced = true,
        ClrType = typeof(V1Service),
        ShortNames = ["svc"],
        Categories = ["all"],
        Verbs = ["get", "list", "watch"],
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
    };

    private static string? External(JsonObject service)
    {
        if (service.Child("spec").Text("type") == "ExternalName")
        {
            return service.Child("spec").Text("externalName");
        }

        string given = string.Join(',', service.Child("spec").Texts("externalIPs"));
        string ingress = string.Join(',', service.Child("status", "loadBalancer").Items("ingress").Select(i => i.Item.Text("ip") ?? i.Item.Text("hostname")));
        return given.Length > 0 && ingress.Length > 0 ? $"{ingress},{given}" : given + ingress;
    }

    private static string Ports(JsonObject service) => string.Join(',', service.Child("spec").Items("ports").Select(p => string.Create(
        CultureInfo.InvariantCulture,
        $"{p.Item.Integer("port")}{(p.Item.Integer("nodePort") is { } node and not 0 ? $":{node}" : "")}/{p.Item.Text("protocol")}")));

    private static string Selector(JsonObject service) =>
        string.Join(',', (service.Child("spec", "selector") ?? []).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value.AsText()}"));
}
