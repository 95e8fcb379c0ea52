using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Model.Json;

/// <summary>
/// Tolerant reading of JSON objects: a member that is absent, null or of another type reads as null, never as an exception, because
/// rules and columns look at objects that nobody has checked yet. Nodes may come from a parser or from code, so numbers are read from any CLR type.
/// </summary>
public static class JsonReading
{
    public static JsonObject? Child(this JsonObject? obj, string name) => obj?[name] as JsonObject;

    /// <summary>Follows a path of objects.</summary>
    public static JsonObject? Child(this JsonObject? obj, string name, string next) => obj.Child(name).Child(next);

    public static JsonArray? Array(this JsonObject? obj, string name) => obj?[name] as JsonArray;

    public static string? Text(this JsonObject? obj, string name) => obj?[name].AsText();

    public static bool? Flag(this JsonObject? obj, string name) =>
        obj?[name] is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    public static long? Integer(this JsonObject? obj, string name) => obj?[name].AsInteger();

    /// <summary>A time in RFC 3339, as Kubernetes writes them.</summary>
    public static DateTimeOffset? Time(this JsonObject? obj, string name) =>
        DateTimeOffset.TryParse(obj.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    /// <summary>The objects of an array with their positions; elements of other types are passed over.</summary>
    public static IEnumerable<(JsonObject Item, int Index)> Items(this JsonObject? obj, string name)
    {
        if (obj?[name] is not JsonArray array)
        {
            yield break;
        }

        for (int i = 0; i < array.Count; i++)
        {
            if (array[i] is JsonObject item)
            {
                yield return (item, i);
            }
        }
    }

    /// <summary>The strings of an array; elements of other types are passed over.</summary>
    public static IEnumerable<string> Texts(this JsonObject? obj, string name) =>
        obj.Array(name)?.Select(n => n.AsText()).OfType<string>() ?? [];

    public static string? AsText(this JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>The text of a string or of a number: what a quantity or an int-or-string says.</summary>
    public static string? AsScalarText(this JsonNode? node) =>
        node.AsText() ?? (node?.GetValueKind() == JsonValueKind.Number ? node.ToJsonString() : null);

    public static long? AsInteger(this JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue(out long number) => number,
        JsonValue value when value.TryGetValue(out int number) => number,
        JsonValue value when value.GetValueKind() == JsonValueKind.Number
            && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
            && decimal.IsInteger(number) && number is >= long.MinValue and <= long.MaxValue => (long)number,
        _ => null,
    };

    /// <summary>A number as a floating-point one; null for anything else.</summary>
    public static double? AsNumber(this JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.Number
        && double.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    /// <summary>True for what an unset field may look like: absent, null, empty string, empty array or object, false or zero.</summary>
    public static bool IsUnset(this JsonNode? node) => node switch
    {
        null => true,
        JsonArray array => array.Count == 0,
        JsonObject obj => obj.Count == 0,
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => value.AsText() is null or "",
            JsonValueKind.False or JsonValueKind.Null => true,
            JsonValueKind.Number => value.AsInteger() == 0,
            _ => false,
        },
        _ => false,
    };
}
