using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Ownership;

/// <summary>
/// The elements of field paths as <c>FieldsV1</c> writes them: <c>f:NAME</c> a member, <c>k:{"name":"a"}</c> an element of a list with keys,
/// <c>v:"a"</c> an element of a set, <c>i:0</c> a position. Their texts are canonical: keys sorted, whole numbers without a fraction.
/// </summary>
internal static class PathElement
{
    private const int MaxDepth = 32;

    public static string Field(string name) => "f:" + name;

    public static string Value(JsonNode value) => "v:" + Canonical(value);

    /// <summary>The element that an item of a list is found by; null where the item has none of the keys, or cannot be an item of such a list.</summary>
    public static string? OfItem(JsonNode? item, FieldProperty list)
    {
        var keys = KeysOf(list);
        if (keys.Count == 0)
        {
            return item is JsonValue ? Value(item) : null;
        }

        if (item is not JsonObject members)
        {
            return null;
        }

        var found = new JsonObject();
        foreach (var key in keys.Order(StringComparer.Ordinal))
        {
            var value = members[key] ?? list.Schema.Element?.Properties.GetValueOrDefault(key)?.Default;
            if (value is not null)
            {
                found[key] = value.DeepClone();
            }
        }

        return found.Count == 0 ? null : "k:" + Canonical(found);
    }

    /// <summary>The keys of a list's elements; none for sets. Types that only say how patches merge mean the same by it.</summary>
    public static IReadOnlyList<string> KeysOf(FieldProperty list) =>
        list.ListMapKeys.Count > 0 ? list.ListMapKeys : list.ListType is null && list.MergeKey is { Length: > 0 } key ? [key] : [];

    /// <summary>Reads an element that a client sent.</summary>
    /// <param name="text">As in <c>FieldsV1</c>.</param>
    /// <param name="element">The canonical text; null for elements of an unknown sort, which are passed over.</param>
    /// <returns>False where the text is malformed.</returns>
    public static bool TryParse(string text, out string? element)
    {
        element = null;
        if (text.Length < 2 || text[1] != ':')
        {
            return false;
        }

        switch (text[0])
        {
            case 'f':
                element = text;
                return true;
            case 'i':
                var isIndex = int.TryParse(text.AsSpan(2), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index);
                element = isIndex ? $"i:{index}" : null;
                return isIndex;
            case 'k' or 'v':
                var node = Parse(text.AsSpan(2));
                element = node is null || (text[0] == 'k' && node is not JsonObject) ? null : $"{text[0]}:{Canonical(node)}";
                return element is not null;
            default:
                return true;
        }
    }

    /// <summary>The path as conflicts name it: <c>.spec.containers[name="a"].image</c>.</summary>
    public static string Describe(IEnumerable<string> path) => string.Concat(path.Select(Describe));

    private static string Describe(string element) => element[0] switch
    {
        'f' => "." + element[2..],
        'v' => $"[={element[2..]}]",
        'k' => $"[{string.Join(',', ((JsonObject)Parse(element.AsSpan(2))!).Select(m => $"{m.Key}={m.Value?.ToJsonString() ?? "null"}"))}]",
        _ => $"[{element[2..]}]",
    };

    private static JsonNode? Parse(ReadOnlySpan<char> json)
    {
        try
        {
            return JsonTree.Parse(new(Encoding.UTF8.GetBytes(json.ToString())), MaxDepth, dropNulls: false);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string Canonical(JsonNode value)
    {
        using var buffer = JsonBuffer.Rent();
        Write(buffer.Writer, value);
        return Encoding.UTF8.GetString(buffer.Written.Span);
    }

    private static void Write(Utf8JsonWriter json, JsonNode? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case JsonObject members:
                json.WriteStartObject();
                foreach (var (name, member) in members.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    json.WritePropertyName(name);
                    Write(json, member);
                }

                json.WriteEndObject();
                break;
            case JsonArray items:
                json.WriteStartArray();
                foreach (var item in items)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case var number when number.AsInteger() is { } integer:
                json.WriteNumberValue(integer);
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
