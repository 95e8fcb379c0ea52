using System.Text.Json.Nodes;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Patching;

/// <summary>
/// Kubernetes' strategic merge patch: a merge patch in which lists are merged by the keys of <see cref="MergeKeys"/>, with the directives
/// <c>$patch</c>, <c>$retainKeys</c>, <c>$deleteFromPrimitiveList/F</c> and <c>$setElementOrder/F</c>.
/// </summary>
internal static class StrategicMerge
{
    private const string PatchDirective = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string DeleteFromList = "$deleteFromPrimitiveList/";
    private const string ElementOrder = "$setElementOrder/";

    /// <summary>Applies the patch to the target in place.</summary>
    /// <param name="target">The object, or a part of it.</param>
    /// <param name="patch">Patch of that part.</param>
    /// <param name="schema">Schema of that part; null below fields that the kind does not know, where everything is replaced.</param>
    /// <exception cref="PatchException">The patch does not fit.</exception>
    public static void Apply(JsonObject target, JsonObject patch, FieldSchema? schema)
    {
        switch (patch.Text(PatchDirective))
        {
            case "replace":
                target.Clear();
                break;
            case "delete":
                target.Clear();
                return;
            case null when !patch.ContainsKey(PatchDirective):
                break;
            default:
                throw new PatchException($"unknown patch type: {patch[PatchDirective]?.ToJsonString() ?? "null"} in map: {patch.ToJsonString()}");
        }

        ApplyRetainKeys(target, patch);
        foreach (var (name, value) in patch)
        {
            if (name is PatchDirective or RetainKeys)
            {
                continue;
            }

            if (name.StartsWith(DeleteFromList, StringComparison.Ordinal))
            {
                DeleteScalars(
                    target[name[DeleteFromList.Length..]] as JsonArray, value as JsonArray ?? throw new PatchException("invalid patch format of primitive list"));
            }
            else if (!name.StartsWith(ElementOrder, StringComparison.Ordinal))
            {
                ApplyMember(target, name, value, patch, schema);
            }
        }

        ReorderUntouched(target, patch, schema);
    }

    private static void ApplyMember(JsonObject target, string name, JsonNode? value, JsonObject patch, FieldSchema? schema)
    {
        var property = schema is { Form: FieldForm.Object } ? schema.Properties.GetValueOrDefault(name) : null;
        var inner = property?.Schema ?? (schema is { Form: FieldForm.Map } ? schema.Element : null);
        switch (value)
        {
            case null:
                target.Remove(name);
                break;
            case JsonObject when property is { ReplacedByPatches: true }:
                target[name] = value.DeepClone();
                break;
            case JsonObject members:
                var existing = target[name] as JsonObject;
                if (existing is null && members.Text(PatchDirective) == "delete")
                {
                    target.Remove(name);
                    break;
                }

                if (existing is null)
                {
                    target[name] = existing = [];
                }

                Apply(existing, members, inner);
                break;
            case JsonArray items when property?.MergeKey is { } key:
                var order = OrderOf(patch, name);
                target[name] = key == MergeKeys.Set
                    ? ListMerge.Scalars(target[name] as JsonArray ?? [], items, order)
                    : ListMerge.Objects(target[name] as JsonArray ?? [], items, order, key, inner?.Element);
                break;
            default:
                target[name] = value.DeepClone();
                break;
        }
    }

    /// <summary>An order may come without a patch of its list: then it only orders.</summary>
    private static void ReorderUntouched(JsonObject target, JsonObject patch, FieldSchema? schema)
    {
        foreach (var (name, _) in patch)
        {
            if (!name.StartsWith(ElementOrder, StringComparison.Ordinal))
            {
                continue;
            }

            var field = name[ElementOrder.Length..];
            var order = OrderOf(patch, field)!;
            var property = schema is { Form: FieldForm.Object } ? schema.Properties.GetValueOrDefault(field) : null;
            if (!patch.ContainsKey(field) && target[field] is JsonArray items && property?.MergeKey is { } key)
            {
                target[field] = key == MergeKeys.Set
                    ? ListMerge.Scalars(items, [], order)
                    : ListMerge.Objects(items, [], order, key, property.Schema.Element);
            }
        }
    }

    private static void ApplyRetainKeys(JsonObject target, JsonObject patch)
    {
        if (!patch.TryGetPropertyValue(RetainKeys, out var directive))
        {
            return;
        }

        var retained = directive as JsonArray ?? throw new PatchException("invalid patch format of retainKeys");
        var kept = retained.Select(k => k.AsText()).ToHashSet(StringComparer.Ordinal);
        if (patch.Any(m => m.Value is not null && !m.Key.StartsWith('$') && !kept.Contains(m.Key)))
        {
            throw new PatchException("patch content doesn't match retainKeys list");
        }

        foreach (var name in target.Select(m => m.Key).Where(k => !kept.Contains(k)).ToList())
        {
            target.Remove(name);
        }
    }

    private static JsonArray? OrderOf(JsonObject patch, string field) => !patch.TryGetPropertyValue(ElementOrder + field, out var order)
        ? null
        : order as JsonArray ?? throw new PatchException("invalid patch format of setElementOrder list");

    private static void DeleteScalars(JsonArray? target, JsonArray removed)
    {
        if (target is null)
        {
            return;
        }

        foreach (var value in target.Where(item => removed.Any(r => JsonNode.DeepEquals(r, item))).ToList())
        {
            target.Remove(value);
        }
    }
}
