using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Networking;
using Orchestrator.Model.Selectors;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Kinds of <c>networking.k8s.io</c>. They are kept for the controllers that a cluster brings, as in Kubernetes: the server itself routes nothing.</summary>
internal static class NetworkingKinds
{
    private const int ShownHosts = 3;

    public static IReadOnlyList<ResourceKind> All => [Ingress(), IngressClass(), NetworkPolicy()];

    private static ResourceKind Ingress() => New("Ingress", "ingresses", typeof(V1Ingress)) with
    {
        ShortNames = ["ing"],
        HasStatus = true,
        Columns =
        [
            Column.Text("Class", "Whose controller serves it.", o => o.Child("spec").Text("ingressClassName") ?? o.Child("metadata", "annotations").Text(IngressRules.ClassAnnotation)),
            Column.Text("Hosts", "Names that it answers to.", Hosts),
            new TableColumn("Address", "string", "Where it is reached.", Column.Always, (o, _) => Addresses(o)),
            Column.Text("Ports", "Ports that it answers on.", o => o.Child("spec").Items("tls").Any() ? "80, 443" : "80"),
            Column.Age(),
        ],
        Rules = new IngressRules(),
    };

    private static ResourceKind IngressClass() => New("IngressClass", "ingressclasses", typeof(V1IngressClass)) with
    {
        Namespaced = false,
        Columns =
        [
            Column.Text("Controller", "Which controller serves it.", o => o.Child("spec").Text("controller")),
            Column.Text("Parameters", "Settings of the controller.", Parameters),
            Column.Age(),
        ],
        Rules = new IngressClassRules(),
    };

    private static ResourceKind NetworkPolicy() => New("NetworkPolicy", "networkpolicies", typeof(V1NetworkPolicy)) with
    {
        ShortNames = ["netpol"],
        Columns =
        [
            Column.Text("Pod-Selector", "Pods that it is about.", o => SelectorText.Of(o.Child("spec", "podSelector"))),
            Column.Age(),
        ],
        Rules = new NetworkPolicyRules(),
    };

    private static ResourceKind New(string kind, string plural, Type type) => new()
    {
        Group = "networking.k8s.io",
        Version = "v1",
        Kind = kind,
        Plural = plural,
        Namespaced = true,
        ClrType = type,
        HasGeneration = true,
    };

    private static string Hosts(JsonObject ingress)
    {
        string[] hosts = [.. ingress.Child("spec").Items("rules").Select(r => r.Item.Text("host") is { Length: > 0 } host ? host : "*").Distinct(StringComparer.Ordinal)];
        return hosts.Length == 0 ? "*"
            : hosts.Length <= ShownHosts ? string.Join(',', hosts)
            : $"{string.Join(',', hosts[..ShownHosts])} + {hosts.Length - ShownHosts} more...";
    }

    private static string Addresses(JsonObject ingress) =>
        string.Join(',', ingress.Child("status", "loadBalancer").Items("ingress").Select(i => i.Item.Text("ip") is { Length: > 0 } ip ? ip : i.Item.Text("hostname")));

    private static string? Parameters(JsonObject ingressClass)
    {
        JsonObject? parameters = ingressClass.Child("spec", "parameters");
        string group = parameters.Text("apiGroup") is { Length: > 0 } named ? $".{named}" : "";
        return parameters is null ? null : $"{parameters.Text("kind")}{group}/{parameters.Text("name")}";
    }
}
