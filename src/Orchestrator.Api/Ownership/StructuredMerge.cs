using System.Text.Json.Nodes;

namespace Orchestrator.Api.Ownership;

/// <summary>Merges an applied configuration into an object, and takes fields out of objects. Never alters its arguments.</summary>
internal static class StructuredMerge
{
    /// <summary>The object with the configuration laid over it.</summary>
    public static JsonObject Merge(JsonObject live, JsonObject applied, FieldShape shape) => (JsonObject?)MergeBoth(live, applied, shape) ?? [];

    /// <summary>The object without the fields of the set. Containers that have nothing left are taken out with them.</summary>
    public static JsonObject Remove(JsonObject obj, FieldSet removed, FieldShape shape) => (JsonObject?)RemoveFrom(obj, removed, shape) ?? [];

    private static JsonNode? MergeBoth(JsonNode? live, JsonNode? applied, FieldShape shape) => shape.Of(live, applied) switch
    {
        Structure.Members => MergeMembers(live as JsonObject ?? [], applied as JsonObject ?? [], shape),
        Structure.Elements => MergeElements(live as JsonArray, applied as JsonArray, shape),
        _ => applied?.DeepClone(),
    };

    private static JsonObject MergeMembers(JsonObject live, JsonObject applied, FieldShape shape)
    {
        var merged = new JsonObject();
        foreach (var (name, value) in live)
        {
            merged[name] = applied.TryGetPropertyValue(name, out var over) ? MergeBoth(value, over, shape.Member(name)) : value?.DeepClone();
        }

        foreach (var (name, value) in applied)
        {
            if (!live.ContainsKey(name))
            {
                merged[name] = value?.DeepClone();
            }
        }

        return merged;
    }

    /// <summary>
    /// Merges lists by key. Applied elements stand in the order of the configuration; the others keep their places between those that both lists have,
    /// as Kubernetes' structured merge lays them out.
    /// </summary>
    private static JsonArray MergeElements(JsonArray? live, JsonArray? applied, FieldShape shape)
    {
        var left = KeyedItems.Of(live, shape.Property!);
        var right = KeyedItems.Of(applied, shape.Property!);
        var shared = new Queue<string>(right.InOrder.Select(i => i.Element).Where(left.Has));
        var merged = new JsonArray();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        int l = 0, r = 0;
        while (l < left.InOrder.Count || r < right.InOrder.Count)
        {
            if (l < left.InOrder.Count)
            {
                var (element, item) = left.InOrder[l];
                if (!right.Has(element))
                {
                    merged.Add(item?.DeepClone());
                    l++;
                    continue;
                }

                // A shared element whose turn is later, or that is in place already: it is laid down with the applied ones.
                if (taken.Contains(element) || (shared.TryPeek(out var next) && next != element))
                {
                    l++;
                    continue;
                }
            }

            if (r < right.InOrder.Count)
            {
                var (element, item) = right.InOrder[r++];
                merged.Add(MergeBoth(left.Single(element), item, shape.Element));
                taken.Add(element);
                if (shared.TryPeek(out var next) && next == element)
                {
                    shared.Dequeue();
                }
            }
        }

        return merged;
    }

    private static JsonNode? RemoveFrom(JsonNode? value, FieldSet removed, FieldShape shape)
    {
        switch (shape.Of(value))
        {
            case Structure.Members:
                var members = new JsonObject();
                foreach (var (name, member) in (JsonObject)value!)
                {
                    var below = removed.Below(PathElement.Field(name));
                    if (!below.IsMember)
                    {
                        members[name] = below.IsEmpty ? member?.DeepClone() : RemoveFrom(member, below, shape.Member(name));
                    }
                }

                return members.Count == 0 ? null : members;
            case Structure.Elements:
                var items = new JsonArray();
                foreach (var item in (JsonArray)value!)
                {
                    var below = PathElement.OfItem(item, shape.Property!) is { } element ? removed.Below(element) : FieldSet.Empty;
                    if (!below.IsMember)
                    {
                        items.Add(below.IsEmpty ? item?.DeepClone() : RemoveFrom(item, below, shape.Element));
                    }
                }

                return items.Count == 0 ? null : items;
            default:
                // Of a value that is one whole, a part cannot go: who removed what it used to have removed it.
                return value is JsonArray or JsonObject ? null : value?.DeepClone();
        }
    }
}
