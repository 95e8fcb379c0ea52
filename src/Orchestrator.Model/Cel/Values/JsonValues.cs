using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model.Cel.Types;
using Orchestrator.Model.Json;
using Orchestrator.Model.Schemas;

namespace Orchestrator.Model.Cel.Values;

/// <summary>JSON as values of the language: nothing is copied, members are read when an expression reads them.</summary>
internal static class JsonValues
{
    /// <param name="node">The value.</param>
    /// <param name="shape">Its shape; null where there is no schema.</param>
    public static object? Of(JsonNode? node, CelShape? shape) => node switch
    {
        null => null,
        JsonArray items => new JsonList(items, shape),
        JsonObject members => shape is { IsObject: true } ? new JsonRecord(members, shape) : new JsonMap(members, shape),
        JsonValue value => Scalar(value, shape),
        _ => new CelError("not a value"),
    };

    private static object? Scalar(JsonValue value, CelShape? shape) => value.GetValueKind() switch
    {
        JsonValueKind.String => shape is null ? value.GetValue<string>() : Text(value.GetValue<string>(), shape.Type.Kind),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ when shape?.Type.Kind != CelKind.Double && value.TryGetValue(out long integer) => integer,
        _ => value.AsNumber() is { } number ? number : new CelError("the number is too large"),
    };

    private static object Text(string text, CelKind kind) => kind switch
    {
        CelKind.Timestamp => CelTime.ParseTimestamp(text) as object ?? new CelError($"'{text}' is no timestamp"),
        CelKind.Duration => CelTime.ParseDuration(text) as object ?? new CelError($"'{text}' is no duration"),
        CelKind.Bytes => CelText.FromBase64(text),
        _ => text,
    };

    /// <summary>An array.</summary>
    public sealed class JsonList(JsonArray items, CelShape? shape) : CelList
    {
        public override int Count => items.Count;

        /// <summary>How the schema says that elements are told apart.</summary>
        public ListType? ListType => shape?.Schema.ListType;

        public IReadOnlyList<string> Keys => shape?.Schema.ListMapKeys ?? [];

        public override object? this[int index] => Of(items[index], shape?.Items);

        /// <summary>Tells the elements of a list of type map apart; null for an element that has no keys.</summary>
        public string? IdentityOf(int index)
        {
            if (items[index] is not JsonObject element)
            {
                return null;
            }

            return string.Join('\0', Keys.Select(k => element[k]?.ToJsonString() ?? ""));
        }
    }

    /// <summary>An object whose names are data.</summary>
    public sealed class JsonMap(JsonObject members, CelShape? shape) : CelMap
    {
        public override int Count => members.Count;

        public override IEnumerable<object> Keys => members.Select(m => (object)m.Key);

        public override bool TryGet(object? key, out object? value)
        {
            value = null;
            if (key is not string name || !members.TryGetPropertyValue(name, out JsonNode? node))
            {
                return false;
            }

            value = Of(node, shape?.Values);
            return true;
        }
    }

    /// <summary>An object with declared fields; the others cannot be seen.</summary>
    public sealed class JsonRecord(JsonObject members, CelShape shape) : CelMap
    {
        public override int Count => Keys.Count();

        public override IEnumerable<object> Keys => shape.Fields.Where(f => members.ContainsKey(f.Value.JsonName)).Select(f => (object)f.Key);

        public override bool TryGet(object? key, out object? value)
        {
            value = null;
            if (key is not string name || !shape.Fields.TryGetValue(name, out (string JsonName, CelShape Shape) field)
                || !members.TryGetPropertyValue(field.JsonName, out JsonNode? node))
            {
                return false;
            }

            value = Of(node, field.Shape);
            return true;
        }
    }
}
