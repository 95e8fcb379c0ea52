using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Objects;

/// <summary>metadata.finalizers of stored objects.</summary>
internal static class Finalizers
{
    /// <summary>Read without parsing the whole object.</summary>
    public static IReadOnlyList<string> Of(StoredObject stored)
    {
        ReadOnlySpan<byte> json = stored.Json.Span;
        return JsonMembers.Find(json, new Span(0, json.Length), "metadata"u8) is { } metadata
            && JsonMembers.Find(json, metadata, "finalizers"u8) is { } finalizers
            && JsonNode.Parse(finalizers.Of(json)) is JsonArray names
            ? [.. names.Select(n => n.AsText()).OfType<string>()]
            : [];
    }

    /// <summary>Takes one off: the object's removal, where it was the last thing that held a deleted object.</summary>
    public static Mutation Remove(StoredObject stored, string finalizer, IDeletionRules rules)
    {
        JsonObject obj = StoredJson.Read(stored);
        JsonObject metadata = obj.ObjectOrNew("metadata")!;
        List<string> left = [.. metadata.Texts("finalizers").Where(f => f != finalizer)];
        metadata.Remove("finalizers");
        if (left.Count > 0)
        {
            metadata["finalizers"] = new JsonArray([.. left.Select(f => JsonValue.Create(f))]);
        }

        return ObjectEnding.IsFinished(obj, rules) ? new DeleteObject(stored.Key, stored.Revision) : StoredJson.Replace(stored, obj);
    }
}
