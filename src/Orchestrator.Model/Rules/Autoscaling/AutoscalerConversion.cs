using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Model.Rules.Autoscaling;

/// <summary>
/// HorizontalPodAutoscalers between <c>autoscaling/v1</c>, which has one target of CPU utilization, and <c>autoscaling/v2</c>. What v1 has no place for is in
/// annotations of the names that Kubernetes uses.
/// </summary>
internal sealed class AutoscalerConversion : IVersionConversion
{
    public const string MetricsAnnotation = "autoscaling.alpha.kubernetes.io/metrics";

    public static readonly AutoscalerConversion Instance = new();

    private const string BehaviorAnnotation = "autoscaling.alpha.kubernetes.io/behavior";
    private const string ConditionsAnnotation = "autoscaling.alpha.kubernetes.io/conditions";
    private const string CurrentMetricsAnnotation = "autoscaling.alpha.kubernetes.io/current-metrics";

    public JsonObject FromStored(JsonObject stored)
    {
        stored["apiVersion"] = "autoscaling/v1";
        if (stored.ObjectOrNew("metadata") is not { } metadata || stored.ObjectOrNew("spec") is not { } spec)
        {
            return stored;
        }

        JsonNode[] metrics = Take(spec, "metrics");
        if (Array.Find(metrics, IsCpuUtilization) is { } cpu)
        {
            spec["targetCPUUtilizationPercentage"] = Utilization((JsonObject)cpu, "target")?.DeepClone();
        }

        Annotate(metadata, MetricsAnnotation, Rest(metrics));
        Move(spec, "behavior", metadata, BehaviorAnnotation);
        if (stored.Child("status") is { } status)
        {
            JsonNode[] current = Take(status, "currentMetrics");
            if (Array.Find(current, m => m is JsonObject o && IsCpu(o) && Utilization(o, "current") is not null) is JsonObject currentCpu)
            {
                status["currentCPUUtilizationPercentage"] = Utilization(currentCpu, "current")?.DeepClone();
            }

            Annotate(metadata, CurrentMetricsAnnotation, current.Length == 0 ? null : new JsonArray(current));
            Move(status, "conditions", metadata, ConditionsAnnotation);
        }

        return stored;
    }

    public JsonObject ToStored(JsonObject served)
    {
        var stored = (JsonObject)served.DeepClone();
        stored["apiVersion"] = "autoscaling/v2";
        JsonObject? annotations = stored.Child("metadata", "annotations");
        if (stored.Child("spec") is { } spec)
        {
            var metrics = new JsonArray();
            if (spec["targetCPUUtilizationPercentage"] is { } target)
            {
                metrics.Add((JsonNode)Cpu(target.DeepClone()));
                spec.Remove("targetCPUUtilizationPercentage");
            }

            foreach (JsonNode? metric in Parse(annotations, MetricsAnnotation) as JsonArray ?? [])
            {
                metrics.Add(metric?.DeepClone());
            }

            if (metrics.Count > 0)
            {
                spec["metrics"] = metrics;
            }

            if (Parse(annotations, BehaviorAnnotation) is JsonObject behavior)
            {
                spec["behavior"] = behavior;
            }
        }

        if (stored.Child("status") is { } status)
        {
            status.Remove("currentCPUUtilizationPercentage");
            Restore(status, "currentMetrics", Parse(annotations, CurrentMetricsAnnotation));
            Restore(status, "conditions", Parse(annotations, ConditionsAnnotation));
        }

        foreach (string name in (ReadOnlySpan<string>)[MetricsAnnotation, BehaviorAnnotation, ConditionsAnnotation, CurrentMetricsAnnotation])
        {
            annotations?.Remove(name);
        }

        if (annotations is { Count: 0 })
        {
            stored.Child("metadata")!.Remove("annotations");
        }

        return stored;
    }

    private static JsonNode[] Take(JsonObject owner, string member)
    {
        JsonNode[] items = [.. (owner.Array(member) ?? []).OfType<JsonNode>().Select(n => n.DeepClone())];
        owner.Remove(member);
        return items;
    }

    // Only the first of its kind is what v1's own field says.
    private static JsonArray? Rest(JsonNode[] metrics)
    {
        int cpu = Array.FindIndex(metrics, IsCpuUtilization);
        JsonNode[] rest = [.. metrics.Where((_, i) => i != cpu)];
        return rest.Length == 0 ? null : new JsonArray(rest);
    }

    private static void Move(JsonObject owner, string member, JsonObject metadata, string annotation)
    {
        JsonNode? value = owner[member]?.DeepClone();
        owner.Remove(member);
        Annotate(metadata, annotation, value);
    }

    private static void Annotate(JsonObject metadata, string annotation, JsonNode? value)
    {
        if (value is not null && metadata.ObjectOrNew("annotations") is { } annotations)
        {
            annotations[annotation] = value.ToJsonString();
        }
    }

    private static void Restore(JsonObject owner, string member, JsonNode? value)
    {
        if (value is not null)
        {
            owner[member] = value;
        }
    }

    private static JsonNode? Parse(JsonObject? annotations, string name)
    {
        try
        {
            return annotations.Text(name) is { Length: > 0 } text ? JsonNode.Parse(text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsCpuUtilization(JsonNode metric) => metric is JsonObject obj && IsCpu(obj) && Utilization(obj, "target") is not null;

    private static bool IsCpu(JsonObject metric) => metric.Text("type") == "Resource" && metric.Child("resource").Text("name") == "cpu";

    private static JsonNode? Utilization(JsonObject metric, string member) => metric.Child("resource", member)?["averageUtilization"];

    private static JsonObject Cpu(JsonNode utilization) => new()
    {
        ["type"] = "Resource",
        ["resource"] = new JsonObject
        {
            ["name"] = "cpu",
            ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = utilization },
        },
    };
}
