using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Rules.Autoscaling;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>HorizontalPodAutoscalers, as <c>autoscaling/v2</c>, in which they are stored, and as <c>autoscaling/v1</c>, which knows CPU alone.</summary>
internal static class AutoscalingKinds
{
    private const int MostShown = 2;

    /// <summary>The version that objects are stored in comes first.</summary>
    public static IReadOnlyList<ResourceKind> All => [V2(), V1(V2())];

    private static ResourceKind V1(ResourceKind stored) => stored with
    {
        Version = "v1",
        ClrType = typeof(V1HorizontalPodAutoscaler),
        StorageVersion = stored.Version,
        Conversion = AutoscalerConversion.Instance,
        Columns = [.. stored.Columns.Select(c => c with { Value = (o, time) => c.Value(AutoscalerConversion.Instance.ToStored(o), time) })],
        Rules = new AutoscalerV1Rules(),
    };

    private static ResourceKind V2() => new()
    {
        Group = "autoscaling",
        Version = "v2",
        Kind = "HorizontalPodAutoscaler",
        Plural = "horizontalpodautoscalers",
        Namespaced = true,
        ClrType = typeof(V2HorizontalPodAutoscaler),
        ShortNames = ["hpa"],
        Categories = ["all"],
        HasStatus = true,
        Columns =
        [
            Column.Text("Reference", "What it scales.", Reference),
            Column.Text("Targets", "Metrics as they are, and as they should be.", Targets),
            Column.Text("MinPods", "Fewest replicas.", o => o.Child("spec")?["minReplicas"].AsScalarText() ?? "<unset>"),
            Column.Number("MaxPods", "Most replicas.", o => o.Child("spec").Integer("maxReplicas")),
            Column.Number("Replicas", "Replicas when it last looked.", o => o.Child("status").Integer("currentReplicas")),
        ],
        Rules = new AutoscalerRules(),
    };

    private static string Reference(JsonObject autoscaler)
    {
        JsonObject? target = autoscaler.Child("spec", "scaleTargetRef");
        return $"{target.Text("kind")}/{target.Text("name")}";
    }

    private static string? Targets(JsonObject autoscaler)
    {
        JsonObject? status = autoscaler.Child("status");
        List<string> shown = [.. autoscaler.Child("spec").Items("metrics").Select(m => Target(m.Item, Current(status, m.Item)))];
        return shown.Count == 0 ? null
            : shown.Count <= MostShown ? string.Join(", ", shown)
            : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", shown.Take(MostShown))} + {shown.Count - MostShown} more...");
    }

    // Statuses need not be in the order of the metrics, nor one for each.
    private static JsonObject? Current(JsonObject? status, JsonObject metric)
    {
        string type = metric.Text("type") ?? "";
        string source = AutoscalerRules.SourceOf(type);
        return status.Items("currentMetrics").Select(m => m.Item)
            .Where(m => m.Text("type") == type && Name(m.Child(source)) == Name(metric.Child(source)))
            .Select(m => m.Child(source, "current"))
            .FirstOrDefault();
    }

    private static string? Name(JsonObject? source) => source.Text("name") ?? source.Child("metric").Text("name");

    private static string Target(JsonObject metric, JsonObject? current)
    {
        string type = metric.Text("type") ?? "";
        JsonObject? source = metric.Child(AutoscalerRules.SourceOf(type));
        JsonObject? target = source.Child("target");
        string prefix = type is "Resource" or "ContainerResource" ? $"{source.Text("name")}: " : "";
        if (target?["averageUtilization"] is { } utilization)
        {
            return $"{prefix}{current?["averageUtilization"].AsScalarText() ?? "<unknown>"}{(current?["averageUtilization"] is null ? "" : "%")}/{utilization.AsScalarText()}%";
        }

        string member = target?["averageValue"] is not null ? "averageValue" : "value";
        string average = member == "averageValue" && prefix.Length == 0 ? " (avg)" : "";
        return $"{prefix}{Amount(current?[member]) ?? "<unknown>"}/{Amount(target?[member])}{average}";
    }

    private static string? Amount(JsonNode? quantity) => Quantity.TryParse(quantity.AsScalarText(), out Quantity value) ? value.ToString() : null;
}
