using System.Text.Json.Nodes;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Subresources;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Writing;

/// <summary>Which parts of an object an update may change: all but status, or on <c>/status</c> only that and labels and annotations.</summary>
internal static class UpdateScope
{
    /// <summary>The update with everything put back that it may not change.</summary>
    public static JsonObject Keep(ApiCall call, JsonObject obj, JsonObject old)
    {
        var oldMetadata = ObjectMetadata.Of(old);
        if (call.Request.Subresource == "status")
        {
            return KeepAllButStatus(obj, old, oldMetadata);
        }

        if (call.Request.Subresource == PodEphemeralContainers.Subresource)
        {
            return KeepAllButEphemeralContainers(obj, old);
        }

        ObjectMetadata.CarryOver(ObjectMetadata.Of(obj), oldMetadata);
        if (call.Kind.HasStatus)
        {
            Restore(obj, old, "status");
        }

        return obj;
    }

    public static void CountGeneration(ResourceKind kind, JsonObject obj, JsonObject old)
    {
        if (kind.HasGeneration && (kind.IsCustom ? !IsSameButMetadata(kind, obj, old) : !JsonNode.DeepEquals(obj["spec"], old["spec"])))
        {
            ObjectMetadata.CountGeneration(ObjectMetadata.Of(obj));
        }
    }

    /// <summary>Custom kinds may have anything beside spec: all but metadata and a status of its own counts.</summary>
    private static bool IsSameButMetadata(ResourceKind kind, JsonObject obj, JsonObject old) =>
        obj.Concat(old).Select(m => m.Key).Distinct(StringComparer.Ordinal)
            .Where(name => name != "metadata" && !(name == "status" && kind.HasStatus))
            .All(name => JsonNode.DeepEquals(obj[name], old[name]));

    /// <summary>True where the update took away the last thing that held an object whose deletion was asked for.</summary>
    public static bool IsFinished(ResourceKind kind, JsonObject obj) =>
        ObjectEnding.IsFinished(obj, kind.Deletion);

    private static JsonObject KeepAllButStatus(JsonObject obj, JsonObject old, JsonObject oldMetadata)
    {
        var kept = (JsonObject)old.DeepClone();
        var metadata = ObjectMetadata.Of(kept);
        Restore(metadata, ObjectMetadata.Of(obj), "labels");
        Restore(metadata, ObjectMetadata.Of(obj), "annotations");
        ObjectMetadata.CarryOver(metadata, oldMetadata);
        Restore(kept, obj, "status");
        return kept;
    }

    private static JsonObject KeepAllButEphemeralContainers(JsonObject obj, JsonObject old)
    {
        var kept = (JsonObject)old.DeepClone();
        if (kept["spec"] is JsonObject spec)
        {
            Restore(spec, obj["spec"] as JsonObject ?? [], "ephemeralContainers");
        }

        return kept;
    }

    private static void Restore(JsonObject target, JsonObject source, string field)
    {
        if (source[field] is { } value)
        {
            target[field] = value.DeepClone();
        }
        else
        {
            target.Remove(field);
        }
    }
}
