using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.Usage;

/// <summary>metrics.k8s.io's NodeMetrics and PodMetrics, from what agents measured. Pure.</summary>
internal static class MetricsObjects
{
    /// <summary>Null where the summary has no rate yet.</summary>
    /// <param name="kind">NodeMetrics.</param>
    /// <param name="node">The Node, whose labels the metrics carry.</param>
    /// <param name="summary">Of its agent.</param>
    public static StoredObject? OfNode(ResourceKind kind, StoredObject node, JsonObject summary)
    {
        var stats = summary.Child("node");
        if (Usage(stats) is not { } usage || stats.Child("cpu").Time("time") is not { } at)
        {
            return null;
        }

        var obj = New(kind, node, at, Seconds(stats));
        obj["usage"] = usage;
        return Stored(kind, node, obj);
    }

    /// <summary>Null where the summary knows none of its containers.</summary>
    /// <param name="kind">PodMetrics.</param>
    /// <param name="pod">The Pod, whose labels the metrics carry.</param>
    /// <param name="summary">Of the agent of its node.</param>
    public static StoredObject? OfPod(ResourceKind kind, StoredObject pod, JsonObject summary)
    {
        var stats = summary.Items("pods").Select(p => p.Item).FirstOrDefault(p => p.Child("podRef").Text("uid") == pod.Uid);
        var containers = new JsonArray();
        double window = 0;
        DateTimeOffset at = default;
        foreach (var (container, _) in stats.Items("containers"))
        {
            if (Usage(container) is { } usage && container.Child("cpu").Time("time") is { } measured)
            {
                containers.Add(new JsonObject { ["name"] = container.Text("name"), ["usage"] = usage });
                window = Math.Max(window, Seconds(container));
                at = measured > at ? measured : at;
            }
        }

        if (containers.Count == 0)
        {
            return null;
        }

        var obj = New(kind, pod, at, window);
        obj["containers"] = containers;
        return Stored(kind, pod, obj);
    }

    private static JsonObject? Usage(JsonObject? stats) =>
        stats.Child("cpu").Integer("usageNanoCores") is { } nanocores && stats.Child("memory").Integer("workingSetBytes") is { } bytes
            ? new JsonObject
            {
                ["cpu"] = nanocores == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{nanocores}n"),
                ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024}Ki"),
            }
            : null;

    private static double Seconds(JsonObject? stats) => stats?["windowSeconds"] is JsonValue value && value.TryGetValue(out double seconds) ? seconds : 0;

    private static JsonObject New(ResourceKind kind, StoredObject of, DateTimeOffset at, double windowSeconds)
    {
        var metadata = new JsonObject { ["name"] = of.Key.Name };
        if (of.Key.Namespace.Length > 0)
        {
            metadata["namespace"] = of.Key.Namespace;
        }

        metadata["creationTimestamp"] = ObjectMetadata.Time(at);
        if (of.Labels.Count > 0)
        {
            metadata["labels"] = new JsonObject(of.Labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value)));
        }

        return new JsonObject
        {
            ["kind"] = kind.Kind,
            ["apiVersion"] = kind.ApiVersion,
            ["metadata"] = metadata,
            ["timestamp"] = ObjectMetadata.Time(at),
            ["window"] = string.Create(CultureInfo.InvariantCulture, $"{windowSeconds:0.###}s"),
        };
    }

    private static StoredObject Stored(ResourceKind kind, StoredObject of, JsonObject obj) => of with
    {
        Key = new ObjectKey(kind.StorageName, of.Key.Namespace, of.Key.Name),
        Json = JsonBuffer.Serialize(obj),
    };
}
