using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Writing;
using Orchestrator.Model.CustomResources;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.CustomResources;

/// <summary>What is to be written about the CustomResourceDefinitions and, where they end, their objects. Pure.</summary>
internal static class DefinitionPlan
{
    /// <summary>Objects that are ended in one pass.</summary>
    public const int MaxDeletions = 500;

    /// <param name="definitions">All of them.</param>
    /// <param name="builtIn">Built-in kinds.</param>
    /// <param name="objectsOf">Objects by storage name.</param>
    /// <param name="now">RFC 3339.</param>
    /// <returns>The writes, and whether a definition waits for its objects to end.</returns>
    public static (List<Mutation> Mutations, bool IsEnding) Make(
        IReadOnlyList<(StoredObject Stored, JsonObject Object)> definitions, IReadOnlyList<ResourceKind> builtIn, Func<string, IReadOnlyList<StoredObject>> objectsOf, string now)
    {
        var mutations = new List<Mutation>();
        var isEnding = false;
        foreach (var (stored, definition) in definitions)
        {
            if (stored.IsTerminating)
            {
                End(stored, definition, objectsOf(stored.Key.Name), now, mutations);
                isEnding = true;
            }
            else if (DefinitionStatus.Update(definition, definitions.Where(d => d.Object != definition).Select(d => d.Object), builtIn, now))
            {
                mutations.Add(StoredEdit.Replace(stored, definition));
            }
        }

        return (mutations, isEnding);
    }

    /// <summary>The storage name of a definition's objects is the definition's name.</summary>
    private static void End(StoredObject stored, JsonObject definition, IReadOnlyList<StoredObject> objects, string now, List<Mutation> mutations)
    {
        if (objects.Count > 0)
        {
            mutations.AddRange(objects.Select(o => Delete(o, now)).OfType<Mutation>().Take(MaxDeletions));
            return;
        }

        var metadata = ObjectMetadata.Of(definition);
        var finalizers = metadata.Array("finalizers");
        if (finalizers?.FirstOrDefault(f => f.AsText() == DefinitionDeletion.Finalizer) is not { } own)
        {
            return;
        }

        finalizers.Remove(own);
        mutations.Add(finalizers.Count == 0 ? new DeleteObject(stored.Key, stored.Revision) : StoredEdit.Replace(stored, definition));
    }

    private static Mutation? Delete(StoredObject stored, string now)
    {
        var obj = JsonTree.ParseStored(stored.Json);
        var metadata = ObjectMetadata.Of(obj);
        if (!ObjectMetadata.HasFinalizers(metadata))
        {
            return new DeleteObject(stored.Key, stored.Revision);
        }

        if (stored.IsTerminating)
        {
            return null;
        }

        metadata["deletionTimestamp"] = now;
        metadata["deletionGracePeriodSeconds"] = 0;
        return StoredEdit.Replace(stored, obj);
    }
}
