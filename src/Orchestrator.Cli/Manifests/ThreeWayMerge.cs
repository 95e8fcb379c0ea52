using System.Text.Json.Nodes;

namespace Orchestrator.Cli.Manifests;

/// <summary>
/// The JSON merge patch (RFC 7386) that takes a live object to what its manifest says now: what the manifest names is set; what an earlier
/// manifest named and this one does not is removed; what others have added (defaults, status, controllers' fields) stays. Lists are
/// replaced whole, since a merge patch knows no others.
/// </summary>
internal static class ThreeWayMerge
{
    /// <summary>Where the manifest that was applied last is kept: kubectl's own annotation, so that both tools can take turns.</summary>
    public const string LastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>The patch; empty if the live object already says all of it.</summary>
    public static JsonObject Patch(JsonObject? lastApplied, JsonObject manifest, JsonObject live)
    {
        var patch = new JsonObject();
        foreach (var (name, wanted) in manifest)
        {
            var present = live[name];
            if (wanted is JsonObject wantedObject && present is JsonObject presentObject)
            {
                var inner = Patch(lastApplied?[name] as JsonObject, wantedObject, presentObject);
                if (inner.Count > 0)
                {
                    patch[name] = inner;
                }
            }
            else if (!JsonNode.DeepEquals(wanted, present))
            {
                patch[name] = wanted?.DeepClone();
            }
        }

        foreach (var (name, _) in lastApplied ?? [])
        {
            if (!manifest.ContainsKey(name) && live.ContainsKey(name))
            {
                patch[name] = null;
            }
        }

        return patch;
    }

    /// <summary>The manifest with itself recorded as last applied.</summary>
    public static JsonObject Record(JsonObject manifest)
    {
        var recorded = manifest.DeepClone().AsObject();
        var metadata = recorded["metadata"]!.AsObject();
        if (metadata["annotations"] is not JsonObject annotations)
        {
            metadata["annotations"] = annotations = [];
        }

        annotations.Remove(LastAppliedAnnotation);
        var text = recorded.ToJsonString();
        annotations[LastAppliedAnnotation] = text;
        return recorded;
    }

    /// <summary>The manifest that the live object records, or null.</summary>
    public static JsonObject? Recorded(JsonObject live)
    {
        try
        {
            return live["metadata"]?["annotations"]?[LastAppliedAnnotation] is JsonValue text ? JsonNode.Parse(text.GetValue<string>()) as JsonObject : null;
        }
        catch (System.Text.Json.JsonException)
        {
            // Anybody may have written the annotation; without it nothing is removed, which is the safe side.
            return null;
        }
    }
}
