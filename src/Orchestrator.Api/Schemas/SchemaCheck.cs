using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Schemas;

/// <summary>Compares an object with the schema of its kind: which fields are unknown, which values are of another type. Never mutates.</summary>
internal sealed class SchemaCheck
{
    private List<string>? _unknown;
    private List<string>? _mismatches;

    /// <summary>Paths of fields that the kind does not have.</summary>
    public IReadOnlyList<string> UnknownFields => _unknown ?? [];

    /// <summary>One text per value of a wrong type: <c>spec.replicas: expected an integer, got a string</c>.</summary>
    public IReadOnlyList<string> Mismatches => _mismatches ?? [];

    public static SchemaCheck Run(JsonObject obj, FieldSchema schema)
    {
        var check = new SchemaCheck();
        check.Visit(obj, schema);
        return check;
    }

    private void Visit(JsonNode node, FieldSchema schema)
    {
        switch (schema.Form)
        {
            case FieldForm.Object when node is JsonObject members:
                VisitMembers(members, schema);
                break;
            case FieldForm.Map when node is JsonObject members:
                foreach (var (_, value) in members)
                {
                    VisitElement(value, schema.Element!, members);
                }

                break;
            case FieldForm.Array when node is JsonArray items:
                foreach (var item in items)
                {
                    VisitElement(item, schema.Element!, items);
                }

                break;
            default:
                if (!IsOfForm(node, schema.Form))
                {
                    (_mismatches ??= []).Add($"{PathOf(node)}: expected {Describe(schema.Form)}, got {Describe(node)}");
                }

                break;
        }
    }

    private void VisitMembers(JsonObject members, FieldSchema schema)
    {
        foreach (var (name, value) in members)
        {
            if (!schema.Properties.TryGetValue(name, out var property))
            {
                if (!schema.KeepsUnknown)
                {
                    (_unknown ??= []).Add(Join(PathOf(members), name));
                }
            }
            else if (value is not null)
            {
                Visit(value, property.Schema);
            }
        }
    }

    private void VisitElement(JsonNode? element, FieldSchema schema, JsonNode parent)
    {
        if (element is not null)
        {
            Visit(element, schema);
        }
        else if (schema.Form != FieldForm.Any)
        {
            (_mismatches ??= []).Add($"{PathOf(parent)}: expected {Describe(schema.Form)} as element, got null");
        }
    }

    private static bool IsOfForm(JsonNode node, FieldForm form)
    {
        var kind = node.GetValueKind();
        return form switch
        {
            FieldForm.String => kind == JsonValueKind.String,
            FieldForm.Integer => kind == JsonValueKind.Number && IsInteger(node),
            FieldForm.Number => kind == JsonValueKind.Number,
            FieldForm.Boolean => kind is JsonValueKind.True or JsonValueKind.False,
            FieldForm.Time => kind == JsonValueKind.String && IsTime(node.GetValue<string>()),
            FieldForm.Bytes => kind == JsonValueKind.String && IsBase64(node.GetValue<string>()),
            FieldForm.Quantity => kind is JsonValueKind.String or JsonValueKind.Number,
            FieldForm.IntOrString => kind == JsonValueKind.String || (kind == JsonValueKind.Number && IsInteger(node)),
            FieldForm.Any => true,
            _ => false,
        };
    }

    private static bool IsInteger(JsonNode node) =>
        node is JsonValue value && (value.TryGetValue<long>(out _) || value.TryGetValue<int>(out _));

    private static bool IsTime(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _);

    private static bool IsBase64(string text) => System.Buffers.Text.Base64.IsValid(text);

    private static string PathOf(JsonNode node)
    {
        var path = node.GetPath();
        return path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path.TrimStart('$');
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Describe(FieldForm form) => form switch
    {
        FieldForm.Object or FieldForm.Map => "an object",
        FieldForm.Array => "an array",
        FieldForm.Integer => "an integer",
        FieldForm.Number => "a number",
        FieldForm.Boolean => "true or false",
        FieldForm.Time => "a time as in RFC 3339",
        FieldForm.Bytes => "base64 text",
        FieldForm.Quantity => "a quantity",
        FieldForm.IntOrString => "an integer or a string",
        _ => "a string",
    };

    private static string Describe(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "a string",
    };
}
