using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Schemas;

/// <summary>
/// Validates a value against a schema, with the words of Kubernetes' validation of custom resources (kube-openapi <c>validation</c>). All errors at
/// once; never mutates.
/// </summary>
public sealed class SchemaValidation(ICollection<FieldError> errors)
{
    /// <param name="node">The value.</param>
    /// <param name="schema">What it must be.</param>
    /// <param name="path">Path of the value; empty for the whole object.</param>
    public void Run(JsonNode? node, JsonSchema schema, string path)
    {
        if (node is null && (schema.Nullable || schema.Type.Length == 0))
        {
            return;
        }

        if (!IsOfType(node, schema))
        {
            var wanted = schema.IsIntOrString ? "integer,string" : schema.Type;
            errors.Add(FieldError.TypeInvalid(path, TypeOf(node), $"{path} in body must be of type {wanted}: \"{TypeOf(node)}\""));
            return;
        }

        CheckEnum(node, schema, path);
        switch (node)
        {
            case JsonObject obj:
                RunObject(obj, schema, path);
                break;
            case JsonArray items:
                RunArray(items, schema, path);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                RunText(value.GetValue<string>(), schema, path);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                RunNumber(value, schema, path);
                break;
        }

        RunCombinations(node, schema, path);
    }

    private void RunObject(JsonObject obj, JsonSchema schema, string path)
    {
        foreach (var name in schema.Required)
        {
            if (!obj.ContainsKey(name))
            {
                errors.Add(FieldError.Required(Join(path, name)));
            }
        }

        if (obj.Count < schema.MinProperties)
        {
            Add(path, obj, $"{path} in body should have at least {schema.MinProperties} properties");
        }

        if (obj.Count > schema.MaxProperties)
        {
            errors.Add(TooMany(path, obj.Count, schema.MaxProperties.Value));
        }

        foreach (var (name, value) in obj)
        {
            if (schema.Properties.TryGetValue(name, out var property))
            {
                Run(value, property, Join(path, name));
            }
            else if (schema.AdditionalProperties is { } additional)
            {
                Run(value, additional, Join(path, name));
            }
        }
    }

    private void RunArray(JsonArray items, JsonSchema schema, string path)
    {
        if (items.Count < schema.MinItems)
        {
            Add(path, items.Count, $"{path} in body should have at least {schema.MinItems} items");
        }

        if (items.Count > schema.MaxItems)
        {
            errors.Add(TooMany(path, items.Count, schema.MaxItems.Value));
        }

        if (schema.Items is { } element)
        {
            for (var i = 0; i < items.Count; i++)
            {
                Run(items[i], element, At(path, i));
            }
        }

        CheckListType(items, schema, path);
    }

    /// <summary>Elements of sets and maps are there once.</summary>
    private void CheckListType(JsonArray items, JsonSchema schema, string path)
    {
        if (schema.ListType is not (ListType.Set or ListType.Map))
        {
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            var key = schema.ListType == ListType.Set ? items[i] : KeysOf(items[i], schema.ListMapKeys);
            if (!seen.Add(Canonical(key)))
            {
                errors.Add(new FieldError("FieldValueDuplicate", At(path, i), $"Duplicate value: {Show(key)}"));
            }
        }
    }

    private static JsonObject KeysOf(JsonNode? item, IReadOnlyList<string> keys)
    {
        var found = new JsonObject();
        foreach (var key in keys)
        {
            if ((item as JsonObject)?[key] is { } value)
            {
                found[key] = value.DeepClone();
            }
        }

        return found;
    }

    private void RunText(string text, JsonSchema schema, string path)
    {
        // Counted in code points, as Go counts runes; there are never more of them than of characters.
        long length = schema.MinLength is null && text.Length <= (schema.MaxLength ?? long.MaxValue) ? text.Length : text.EnumerateRunes().Count();
        if (length < schema.MinLength)
        {
            Add(path, text, $"{path} in body should be at least {schema.MinLength} chars long");
        }

        if (length > schema.MaxLength)
        {
            errors.Add(new FieldError("FieldValueTooLong", path, $"Too long: may not be more than {schema.MaxLength} bytes"));
        }

        if (schema.Pattern is { } pattern && !pattern.Regex.IsMatch(text))
        {
            Add(path, text, $"{path} in body should match '{pattern.Text}'");
        }

        if (schema.Type == "string" && schema.Format.Length > 0 && !SchemaFormats.IsValid(schema.Format, text))
        {
            Add(path, text, $"{path} in body must be of type {schema.Format}: \"{text}\"");
        }
    }

    private void RunNumber(JsonValue value, JsonSchema schema, string path)
    {
        var number = value.AsNumber() ?? 0;
        if (schema.Minimum is { } least && (schema.ExclusiveMinimum ? number <= least : number < least))
        {
            Add(path, value, $"{path} in body should be greater than {(schema.ExclusiveMinimum ? "" : "or equal to ")}{Show(least)}");
        }

        if (schema.Maximum is { } most && (schema.ExclusiveMaximum ? number >= most : number > most))
        {
            Add(path, value, $"{path} in body should be less than {(schema.ExclusiveMaximum ? "" : "or equal to ")}{Show(most)}");
        }

        if (schema.MultipleOf is { } factor and > 0 && Math.Abs((number / factor) - Math.Round(number / factor)) > 1e-9)
        {
            Add(path, value, $"{path} in body should be a multiple of {Show(factor)}");
        }

        if (schema.Format == "int32" && (number < int.MinValue || number > int.MaxValue))
        {
            Add(path, value, $"{path} in body must be of type int32: \"{Show(value)}\"");
        }
    }

    private void CheckEnum(JsonNode? node, JsonSchema schema, string path)
    {
        if (schema.Enum.Count > 0 && !schema.Enum.Any(allowed => IsSame(allowed, node)))
        {
            errors.Add(new FieldError(
                "FieldValueNotSupported", path, $"Unsupported value: {Show(node)}: supported values: {string.Join(", ", schema.Enum.Select(v => $"\"{v.AsScalarText() ?? Show(v)}\""))}"));
        }
    }

    private void RunCombinations(JsonNode? node, JsonSchema schema, string path)
    {
        if (schema.AllOf.Any(part => !Holds(node, part)))
        {
            foreach (var part in schema.AllOf)
            {
                Run(node, part, path);
            }

            Add(path, "", $"\"{path}\" must validate all the schemas (allOf)");
        }

        if (schema.AnyOf.Count > 0 && !schema.AnyOf.Any(part => Holds(node, part)))
        {
            Add(path, "", $"\"{path}\" must validate at least one schema (anyOf)");
        }

        if (schema.OneOf.Count > 0 && schema.OneOf.Count(part => Holds(node, part)) is var valid and not 1)
        {
            var found = valid == 0 ? "Found none valid" : string.Create(CultureInfo.InvariantCulture, $"Found {valid} valid alternatives");
            Add(path, "", $"\"{path}\" must validate one and only one schema (oneOf). {found}");
        }

        if (schema.Not is { } not && Holds(node, not))
        {
            Add(path, "", $"\"{path}\" must not validate the schema (not)");
        }
    }

    private static bool Holds(JsonNode? node, JsonSchema schema)
    {
        var faults = new List<FieldError>();
        new SchemaValidation(faults).Run(node, schema, "");
        return faults.Count == 0;
    }

    private static bool IsOfType(JsonNode? node, JsonSchema schema)
    {
        if (schema.IsIntOrString)
        {
            return node?.GetValueKind() == JsonValueKind.String || IsInteger(node);
        }

        return schema.Type switch
        {
            "" => true,
            "object" => node is JsonObject,
            "array" => node is JsonArray,
            "string" => node?.GetValueKind() == JsonValueKind.String,
            "integer" => IsInteger(node),
            "number" => node?.GetValueKind() == JsonValueKind.Number,
            "boolean" => node?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
            _ => true,
        };
    }

    private static bool IsInteger(JsonNode? node) => node.AsInteger() is not null;

    private static string TypeOf(JsonNode? node) => node?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => IsInteger(node) ? "integer" : "number",
        _ => "boolean",
    };

    private static bool IsSame(JsonNode? one, JsonNode? other) =>
        JsonNode.DeepEquals(one, other) || (one.AsNumber() is { } number && number.Equals(other.AsNumber()));

    private static FieldError TooMany(string path, int actual, long most) =>
        new("FieldValueTooMany", path, string.Create(CultureInfo.InvariantCulture, $"Too many: {actual}: must have at most {most} items"));

    private void Add(string path, JsonNode? value, string message) =>
        errors.Add(new FieldError("FieldValueInvalid", path.Length == 0 ? "<nil>" : path, $"Invalid value: {Show(value)}: {message}"));

    private static string Show(JsonNode? node) => node is null ? "null" : node.ToJsonString();

    private static string Show(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Text that is equal for equal values, whatever the order of members.</summary>
    private static string Canonical(JsonNode? node) => node switch
    {
        JsonObject obj => $"{{{string.Join(',', obj.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{m.Key}:{Canonical(m.Value)}"))}}}",
        JsonArray items => $"[{string.Join(',', items.Select(Canonical))}]",
        _ => Show(node),
    };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string At(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
}
