using System.Text.Json.Nodes;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Schemas;

namespace Orchestrator.Api.Ownership;

/// <summary>What a value consists of, for merging and ownership.</summary>
internal enum Structure
{
    /// <summary>One value: a scalar, or an atomic list, map or object.</summary>
    Leaf,

    /// <summary>An object or map, each of whose members is owned by itself.</summary>
    Members,

    /// <summary>A list with keys or a set, each of whose elements is owned by itself.</summary>
    Elements,
}

/// <summary>A place in an object as its schema describes it. Without a schema the shape is taken from the value: objects have members, lists are atomic.</summary>
/// <param name="Schema">Schema of the value; null where it is not described.</param>
/// <param name="Property">The field that holds the value; null for elements and for members of maps.</param>
internal readonly record struct FieldShape(FieldSchema? Schema, FieldProperty? Property = null)
{
    /// <summary>The structure of two values of this place, of which at least one is there.</summary>
    public Structure Of(JsonNode? left, JsonNode? right)
    {
        // Both empty: nothing to go into, and so the difference between empty and absent is kept.
        if (IsBare(left) && IsBare(right))
        {
            return Structure.Leaf;
        }

        if (left is JsonArray or null && right is JsonArray or null)
        {
            return IsKeyedList ? Structure.Elements : Structure.Leaf;
        }

        return left is JsonObject or null && right is JsonObject or null && !IsAtomicObject ? Structure.Members : Structure.Leaf;
    }

    /// <summary>The structure of a value.</summary>
    public Structure Of(JsonNode? value) => value switch
    {
        JsonArray => IsKeyedList ? Structure.Elements : Structure.Leaf,
        JsonObject => IsAtomicObject ? Structure.Leaf : Structure.Members,
        _ => Structure.Leaf,
    };

    public FieldShape Member(string name) => Schema switch
    {
        { Form: FieldForm.Object } when Schema.Properties.TryGetValue(name, out var property) => new(property.Schema, property),
        { Form: FieldForm.Map } => new(Schema.Element),
        _ => default,
    };

    /// <summary>True for members that the type names, false for those of maps and for unknown ones.</summary>
    public bool IsNamed(string name) => Schema is { Form: FieldForm.Object } && Schema.Properties.ContainsKey(name);

    public FieldShape Element => new(Schema?.Element);

    private bool IsKeyedList => Property is { ListType: ListType.Map or ListType.Set } or { ListType: null, MergeKey: not null };

    private bool IsAtomicObject => Schema switch
    {
        null => false,
        // Of a custom kind that keeps what it does not describe.
        { Form: FieldForm.Any, Source: not null } => false,
        { Form: FieldForm.Object or FieldForm.Map } => Property?.IsAtomicMap ?? Schema.IsAtomic,
        _ => true,
    };

    private static bool IsBare(JsonNode? value) => value is null or JsonObject { Count: 0 } or JsonArray { Count: 0 };
}
