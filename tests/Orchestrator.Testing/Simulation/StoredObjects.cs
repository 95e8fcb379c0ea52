using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Testing.Simulation;

/// <summary>Makes stored objects without a store.</summary>
public static class StoredObjects
{
    /// <param name="kinds">Says which fields are selectable.</param>
    /// <param name="key">The key.</param>
    /// <param name="uid">metadata.uid.</param>
    /// <param name="revision">The revision.</param>
    /// <param name="body">The body without metadata.resourceVersion.</param>
    public static StoredObject Make(KindRegistry kinds, ObjectKey key, string uid, long revision, ReadOnlyMemory<byte> body)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        var json = (JsonObject)JsonNode.Parse(body.Span)!;
        JsonObject? metadata = json.Child("metadata");
        return new StoredObject
        {
            Key = key,
            Uid = uid,
            Revision = revision,
            Json = RevisionSplice.Insert(body.Span, revision),
            Labels = metadata.Child("labels")?.ToDictionary(l => l.Key, l => l.Value.AsText() ?? "", StringComparer.Ordinal) ?? [],
            Fields = (kinds.FindStored(key.Resource)?.SelectableFields ?? []).ToDictionary(f => f, f => Field(json, f), StringComparer.Ordinal),
            OwnerUids = [.. metadata.Items("ownerReferences").Select(o => o.Item.Text("uid") ?? "")],
            IsTerminating = metadata?["deletionTimestamp"] is not null,
        };
    }

    /// <summary>An object of a built-in kind at a revision.</summary>
    public static StoredObject Of(string resource, JsonObject obj, long revision = 1)
    {
        CreateObject create = Cluster.ClusterObjects.Create(resource, obj);
        return Make(BuiltInKinds.Registry(), create.Key, create.Uid, revision, create.Body);
    }

    private static string Field(JsonObject json, string path)
    {
        string[] names = path.Split('.');
        JsonObject? parent = json;
        foreach (string name in names[..^1])
        {
            parent = parent.Child(name);
        }

        return parent?[names[^1]].AsScalarText() ?? "";
    }
}
