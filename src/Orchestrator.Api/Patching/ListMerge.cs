using System.Text.Json.Nodes;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Patching;

/// <summary>Merges of lists within a strategic merge.</summary>
internal static class ListMerge
{
    /// <summary>Merges lists of objects that the member <paramref name="key"/> identifies.</summary>
    /// <param name="live">The list as it is.</param>
    /// <param name="patch">Elements to merge in; <c>$patch: delete</c> removes one, an element with <c>$patch: replace</c> says that the others replace the list.</param>
    /// <param name="order">Wanted order of the elements it names, null for the patch's own.</param>
    /// <param name="key">Identifying member.</param>
    /// <param name="schema">Schema of the elements.</param>
    /// <exception cref="PatchException">An element lacks its key.</exception>
    public static JsonArray Objects(JsonArray live, JsonArray patch, JsonArray? order, string key, FieldSchema? schema)
    {
        var merged = new List<JsonObject>();
        if (!patch.Any(p => (p as JsonObject).Text("$patch") == "replace"))
        {
            merged.AddRange(live.OfType<JsonObject>().Select(o => (JsonObject)o.DeepClone()));
        }

        var patched = new List<string>();
        foreach (var element in patch)
        {
            var members = element as JsonObject ?? throw new PatchException($"a list merged by \"{key}\" holds an element that is not an object");
            if (members.Text("$patch") == "replace")
            {
                continue;
            }

            if (members.Text("$patch") == "merge")
            {
                throw new PatchException("merging lists cannot yet be specified in the patch");
            }

            var id = KeyOf(members, key) ?? throw new PatchException($"map: {members.ToJsonString()} does not contain declared merge key: {key}");
            var existing = merged.Find(o => KeyOf(o, key) == id);
            if (members.Text("$patch") == "delete")
            {
                merged.RemoveAll(o => KeyOf(o, key) == id);
                continue;
            }

            patched.Add(id);
            if (existing is null)
            {
                merged.Add(existing = []);
            }

            StrategicMerge.Apply(existing, members, schema);
        }

        var wanted = order?.Select(o => KeyOf(o as JsonObject, key)).OfType<string>().ToList() ?? patched;
        CheckOrder(patched, wanted, patch, order);
        return new JsonArray([.. Order(merged, o => KeyOf(o, key)!, live.Select(o => KeyOf(o as JsonObject, key)), wanted)]);
    }

    /// <summary>Merges sets of scalars.</summary>
    public static JsonArray Scalars(JsonArray live, JsonArray patch, JsonArray? order)
    {
        var merged = new List<JsonNode>();
        foreach (var value in live.Concat(patch).OfType<JsonNode>())
        {
            if (!merged.Exists(m => JsonNode.DeepEquals(m, value)))
            {
                merged.Add(value.DeepClone());
            }
        }

        var wanted = (order ?? patch).OfType<JsonNode>().Select(n => n.ToJsonString()).ToList();
        CheckOrder([.. patch.OfType<JsonNode>().Select(n => n.ToJsonString())], wanted, patch, order);
        return new JsonArray([.. Order(merged, n => n.ToJsonString(), live.Select(n => n?.ToJsonString()), wanted)]);
    }

    /// <summary>What a patch merges in must stand in the order that it asks for, else it contradicts itself.</summary>
    private static void CheckOrder(List<string> patched, List<string> wanted, JsonArray patch, JsonArray? order)
    {
        if (order is not { Count: > 0 })
        {
            return;
        }

        var next = 0;
        foreach (var element in wanted)
        {
            next += next < patched.Count && patched[next] == element ? 1 : 0;
        }

        if (next < patched.Count)
        {
            throw new PatchException($"The order in patch list:\n{patch.ToJsonString()}\n doesn't match $setElementOrder list:\n{order.ToJsonString()}\n");
        }
    }

    /// <summary>
    /// Elements that the wanted order names stand in that order; the others keep their order among themselves, and each stands before the first
    /// named element that followed it in the live list.
    /// </summary>
    private static IEnumerable<T> Order<T>(List<T> merged, Func<T, string> keyOf, IEnumerable<string?> live, List<string> wanted)
    {
        var liveIndex = live.Select((id, index) => (id, index)).Where(e => e.id is not null)
            .DistinctBy(e => e.id).ToDictionary(e => e.id!, e => e.index, StringComparer.Ordinal);
        var named = new Queue<T>(merged.Where(e => wanted.Contains(keyOf(e))).OrderBy(e => wanted.IndexOf(keyOf(e))));
        var others = new Queue<T>(merged.Where(e => !wanted.Contains(keyOf(e))));
        while (named.Count > 0 && others.Count > 0)
        {
            var namedFirst = liveIndex.TryGetValue(keyOf(named.Peek()), out var left)
                && liveIndex.TryGetValue(keyOf(others.Peek()), out var right) && left < right;
            yield return namedFirst ? named.Dequeue() : others.Dequeue();
        }

        foreach (var rest in named.Concat(others))
        {
            yield return rest;
        }
    }

    private static string? KeyOf(JsonObject? element, string key) => element?[key].AsScalarText();
}
