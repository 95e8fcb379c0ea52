using System.Text.Json.Nodes;

namespace Orchestrator.Api.Ownership;

/// <summary>The JSON of field sets (<c>meta/v1 FieldsV1</c>): an object by path element; "." says that a place with others below is in the set itself.</summary>
internal static class FieldsV1
{
    private const string Itself = ".";

    public static JsonObject Write(FieldSet set)
    {
        var json = new JsonObject();
        if (set.Children.Count == 0)
        {
            return json;
        }

        if (set.IsMember)
        {
            json[Itself] = new JsonObject();
        }

        var elements = new string[set.Children.Count];
        set.Children.Keys.CopyTo(elements, 0);
        Array.Sort(elements, StringComparer.Ordinal);
        foreach (var element in elements)
        {
            json.Add(element, Write(set.Children[element]));
        }

        return json;
    }

    /// <summary>Null where the JSON is not that of a field set.</summary>
    public static FieldSet? Read(JsonObject json) => Read(json, isRoot: true);

    private static FieldSet? Read(JsonObject json, bool isRoot)
    {
        if (json.Count == 0)
        {
            return isRoot ? FieldSet.Empty : FieldSet.Leaf;
        }

        var isMember = false;
        var children = new Dictionary<string, FieldSet>(json.Count, StringComparer.Ordinal);
        foreach (var (text, value) in json)
        {
            if (text == Itself)
            {
                isMember = !isRoot;
            }
            else if (!PathElement.TryParse(text, out var element) || value is not JsonObject members || Read(members, isRoot: false) is not { } child)
            {
                return null;
            }
            else if (element is not null)
            {
                children[element] = children.TryGetValue(element, out var known) ? known.Union(child) : child;
            }
        }

        return FieldSet.Of(isMember, children);
    }
}
