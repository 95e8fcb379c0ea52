using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Garbage;

/// <summary>One of an object's <c>metadata.ownerReferences</c>, as far as the garbage collector and the controllers need it.</summary>
internal sealed record OwnerReference(string ApiVersion, string Kind, string Name, string Uid, bool BlocksOwnerDeletion)
{
    /// <summary>True of the one owner that manages the object.</summary>
    public bool IsController { get; init; }

    /// <summary>Those of a stored object, read without parsing all of it.</summary>
    public static IEnumerable<OwnerReference> Of(StoredObject stored)
    {
        if (stored.OwnerUids.Count == 0)
        {
            return [];
        }

        ReadOnlySpan<byte> json = stored.Json.Span;
        return JsonMembers.Find(json, new Span(0, json.Length), "metadata"u8) is { } metadata
            && JsonMembers.Find(json, metadata, "ownerReferences"u8) is { } references
            ? Of(JsonNode.Parse(references.Of(json)) as JsonArray ?? [])
            : [];
    }

    /// <summary>Those of an object's metadata.</summary>
    public static IEnumerable<OwnerReference> Of(JsonObject? metadata) => Of(metadata.Array("ownerReferences") ?? []);

    /// <summary>True where one of the owners manages the object.</summary>
    public static bool HasController(StoredObject stored) => stored.OwnerUids.Count > 0 && Of(stored).Any(r => r.IsController);

    /// <summary>For messages, in Kubernetes' form.</summary>
    public string Describe(string ns) => $"[{ApiVersion}/{Kind}, namespace: {ns}, name: {Name}, uid: {Uid}]";

    private static OwnerReference[] Of(JsonArray references) =>
    [
        .. references.OfType<JsonObject>().Select(r => new OwnerReference(
            r.Text("apiVersion") ?? "", r.Text("kind") ?? "", r.Text("name") ?? "", r.Text("uid") ?? "", r.Flag("blockOwnerDeletion") == true)
        {
            IsController = r.Flag("controller") == true,
        }),
    ];
}
