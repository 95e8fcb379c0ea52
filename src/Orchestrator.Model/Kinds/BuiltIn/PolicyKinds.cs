using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Rules.Policies;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Kinds that bound what a namespace may use and how much of a workload may be missing at a time.</summary>
internal static class PolicyKinds
{
    public static ResourceKind LimitRange() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "LimitRange",
        Plural = "limitranges",
        Namespaced = true,
        ClrType = typeof(V1LimitRange),
        ShortNames = ["limits"],
        Columns = [new TableColumn("Created At", "date", "When it was made.", Column.Always, (o, _) => o.Child("metadata").Text("creationTimestamp"))],
        ShowsAge = false,
        Rules = new LimitRangeRules(),
    };

    public static ResourceKind ResourceQuota() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "ResourceQuota",
        Plural = "resourcequotas",
        Namespaced = true,
        ClrType = typeof(V1ResourceQuota),
        ShortNames = ["quota"],
        HasStatus = true,
        Columns =
        [
            Column.Text("Request", "Used and allowed of requests and of objects.", o => Usage(o, limits: false)),
            Column.Text("Limit", "Used and allowed of limits.", o => Usage(o, limits: true)),
            Column.Age(),
        ],
        Rules = new ResourceQuotaRules(),
    };

    public static ResourceKind PodDisruptionBudget() => new()
    {
        Group = "policy",
        Version = "v1",
        Kind = "PodDisruptionBudget",
        Plural = "poddisruptionbudgets",
        Namespaced = true,
        ClrType = typeof(V1PodDisruptionBudget),
        ShortNames = ["pdb"],
        HasStatus = true,
        HasGeneration = true,
        Columns =
        [
            Column.Text("Min Available", "Pods that must stay available.", o => o.Child("spec")?["minAvailable"].AsScalarText() ?? "N/A"),
            Column.Text("Max Unavailable", "Pods that may be unavailable.", o => o.Child("spec")?["maxUnavailable"].AsScalarText() ?? "N/A"),
            Column.Number("Allowed Disruptions", "Evictions that are allowed now.", o => o.Child("status").Integer("disruptionsAllowed")),
            Column.Age(),
        ],
        Rules = new DisruptionBudgetRules(),
    };

    private static string Usage(JsonObject quota, bool limits)
    {
        JsonObject? used = quota.Child("status", "used");
        IEnumerable<string> parts = (quota.Child("status", "hard") ?? [])
            .Where(h => h.Key.StartsWith("limits.", StringComparison.Ordinal) == limits)
            .OrderBy(h => h.Key, StringComparer.Ordinal)
            .Select(h => $"{h.Key}: {Text(used?[h.Key])}/{Text(h.Value)}");
        return string.Join(", ", parts);
    }

    private static string Text(JsonNode? quantity) =>
        Quantity.TryParse(quantity.AsScalarText(), out Quantity value) ? value.ToString() : "0";
}
