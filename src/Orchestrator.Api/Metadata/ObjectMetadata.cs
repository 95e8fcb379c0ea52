using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Metadata;

/// <summary>The part of metadata that the server writes: what it stamps on new objects and keeps on updated ones.</summary>
internal static class ObjectMetadata
{
    /// <summary>Fields that a writer cannot change: taken over from the stored object.</summary>
    private static readonly string[] ServerFields =
        ["name", "namespace", "generateName", "uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds"];

    /// <summary>Fields that are not stored.</summary>
    private static readonly string[] DroppedFields = ["resourceVersion", "selfLink", "managedFields"];

    public static JsonObject Of(JsonObject obj)
    {
        if (obj["metadata"] is JsonObject metadata)
        {
            return metadata;
        }

        metadata = [];
        obj["metadata"] = metadata;
        return metadata;
    }

    /// <summary>Makes a body into a new object's.</summary>
    public static void StampNew(JsonObject metadata, string ns, string name, string uid, DateTimeOffset now, bool hasGeneration)
    {
        Drop(metadata, DroppedFields);
        Drop(metadata, "deletionTimestamp", "deletionGracePeriodSeconds", "generation");
        metadata["name"] = name;
        if (ns.Length > 0)
        {
            metadata["namespace"] = ns;
        }

        metadata["uid"] = uid;
        metadata["creationTimestamp"] = Time(now);
        if (hasGeneration)
        {
            metadata["generation"] = 1;
        }
    }

    /// <summary>Puts the stored object's server-written fields into an updated one.</summary>
    public static void CarryOver(JsonObject metadata, JsonObject old)
    {
        Drop(metadata, DroppedFields);
        foreach (var field in ServerFields)
        {
            if (old[field] is { } value)
            {
                metadata[field] = value.DeepClone();
            }
            else
            {
                metadata.Remove(field);
            }
        }
    }

    public static void CountGeneration(JsonObject metadata) => metadata["generation"] = (metadata.Integer("generation") ?? 0) + 1;

    public static bool HasFinalizers(JsonObject metadata) => metadata["finalizers"] is JsonArray { Count: > 0 };

    /// <summary>RFC 3339 in whole seconds of UTC, as Kubernetes writes times.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void Drop(JsonObject metadata, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            metadata.Remove(field);
        }
    }
}
