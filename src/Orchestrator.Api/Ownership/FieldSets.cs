using System.Text.Json.Nodes;
using Orchestrator.Api.Patching;

namespace Orchestrator.Api.Ownership;

/// <summary>The set of the fields that a configuration declares: what an applier owns.</summary>
internal static class FieldSets
{
    /// <exception cref="PatchException">An element of a list lacks its keys, or is there twice.</exception>
    public static FieldSet Declared(JsonNode? value, FieldShape shape) => Declared(value, shape, strict: true, "");

    /// <summary>As <see cref="Declared(JsonNode?, FieldShape)"/> of an object that is stored already: what cannot be told apart is owned together.</summary>
    public static FieldSet Present(JsonNode? value, FieldShape shape) => Declared(value, shape, strict: false, "");

    private static FieldSet Declared(JsonNode? value, FieldShape shape, bool strict, string path) => shape.Of(value) switch
    {
        Structure.Members => Members((JsonObject)value!, shape, strict, path),
        Structure.Elements => Elements((JsonArray)value!, shape, strict, path),
        _ => FieldSet.Leaf,
    };

    private static FieldSet Members(JsonObject members, FieldShape shape, bool strict, string path)
    {
        var children = new Dictionary<string, FieldSet>(members.Count, StringComparer.Ordinal);
        foreach (var (name, value) in members)
        {
            var child = Declared(value, shape.Member(name), strict, $"{path}.{name}");
            var isOwned = child.IsMember || value is null or JsonObject { Count: 0 } || !shape.IsNamed(name);
            children[PathElement.Field(name)] = isOwned ? child.Union(FieldSet.Leaf) : child;
        }

        return FieldSet.Of(isMember: false, children);
    }

    private static FieldSet Elements(JsonArray items, FieldShape shape, bool strict, string path)
    {
        var children = new Dictionary<string, FieldSet>(items.Count, StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            if (PathElement.OfItem(items[i], shape.Property!) is not { } element)
            {
                if (strict)
                {
                    throw new PatchException($"{path}: element {i}: {Keyless(shape)}");
                }

                continue;
            }

            var child = Declared(items[i], shape.Element, strict, $"{path}{PathElement.Describe([element])}").Union(FieldSet.Leaf);
            if (!children.TryAdd(element, child))
            {
                if (strict)
                {
                    throw new PatchException($"{path}: duplicate entries for key {PathElement.Describe([element])}");
                }

                children[element] = FieldSet.Leaf;
            }
        }

        return FieldSet.Of(isMember: false, children);
    }

    private static string Keyless(FieldShape shape) => PathElement.KeysOf(shape.Property!) is { Count: > 0 } keys
        ? $"associative list with keys has an element that omits all key fields [{string.Join(", ", keys.Select(k => $"\"{k}\""))}] (and doesn't have default values for any key fields)"
        : "associative list without keys has an element that is not a scalar";
}
