using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Kinds that hold configuration for workloads.</summary>
internal static class ConfigKinds
{
    public static ResourceKind ConfigMap() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "ConfigMap",
        Plural = "configmaps",
        Namespaced = true,
        ClrType = typeof(V1ConfigMap),
        ShortNames = ["cm"],
        Columns =
        [
            Column.Number("Data", "Number of keys.", o => (o.Child("data")?.Count ?? 0) + (o.Child("binaryData")?.Count ?? 0)),
        ],
        Rules = new ConfigMapRules(),
    };

    public static ResourceKind Secret() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "Secret",
        Plural = "secrets",
        Namespaced = true,
        ClrType = typeof(V1Secret),
        SelectableFields = ["type"],
        Columns =
        [
            Column.Text("Type", "What the secret is for.", o => o.Text("type")),
            Column.Number("Data", "Number of keys.", o => o.Child("data")?.Count ?? 0),
        ],
        Rules = new SecretRules(),
    };

    public static ResourceKind ServiceAccount() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "ServiceAccount",
        Plural = "serviceaccounts",
        Namespaced = true,
        ClrType = typeof(V1ServiceAccount),
        ShortNames = ["sa"],
        Columns =
        [
            Column.Number("Secrets", "Number of secrets.", o => o.Array("secrets")?.Count ?? 0),
        ],
    };
}
