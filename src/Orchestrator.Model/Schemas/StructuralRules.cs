using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Schemas;

/// <summary>
/// What a schema of a custom kind must be: structural, as Kubernetes calls it. Every value has a type; what is under allOf, anyOf, oneOf and not
/// restricts values of fields that are specified outside of them.
/// </summary>
internal sealed class StructuralRules(ICollection<FieldError> errors)
{
    private static readonly string[] Types = ["object", "array", "string", "integer", "number", "boolean"];
    private static readonly string[] Extensions =
    [
        "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type",
    ];

    private static readonly string[] NotInCombinations = ["type", "description", "title", "default", "nullable", "additionalProperties"];
    private static readonly string[] Unsupported = ["$ref", "definitions", "dependencies", "patternProperties", "additionalItems", "id", "$schema"];

    public void Check(JsonObject schema, string path)
    {
        if (schema.Text("type") != "object")
        {
            errors.Add(schema.Text("type") is { Length: > 0 } type
                ? FieldError.Invalid($"{path}.type", type, "must be object at the root")
                : FieldError.Required($"{path}.type", "must not be empty at the root"));
            return;
        }

        CheckMetadata(schema.Child("properties", "metadata"), $"{path}.properties[metadata]");
        CheckSchema(schema, path, 0);
    }

    private void CheckMetadata(JsonObject? metadata, string path)
    {
        if (metadata is null)
        {
            return;
        }

        foreach (var (name, _) in metadata.Child("properties") ?? [])
        {
            if (name is not ("name" or "generateName"))
            {
                errors.Add(FieldError.Forbidden($"{path}.properties", $"must not specify anything other than name and generateName, but metadata is implicitly specified ({name})"));
            }
        }
    }

    private void CheckSchema(JsonObject schema, string path, int depth)
    {
        if (depth >= JsonSchemaReader.MaxDepth)
        {
            errors.Add(FieldError.Invalid(path, "", $"must not be nested more than {JsonSchemaReader.MaxDepth} levels deep"));
            return;
        }

        CheckType(schema, path);
        CheckValues(schema, path);
        CheckListType(schema, path);
        CheckDefault(schema, path);
        var properties = schema.Child("properties");
        if (properties is not null && schema["additionalProperties"] is not null)
        {
            errors.Add(FieldError.Forbidden($"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive"));
        }

        if (schema.Flag("additionalProperties") == false)
        {
            errors.Add(FieldError.Forbidden($"{path}.additionalProperties", "additionalProperties cannot be set to false"));
        }

        foreach (var (name, property) in properties ?? [])
        {
            Nested(property, $"{path}.properties[{name}]", depth);
        }

        Nested(schema.Child("additionalProperties"), $"{path}.additionalProperties", depth);
        if (schema.Text("type") == "array" && schema.Child("items") is null)
        {
            errors.Add(FieldError.Required($"{path}.items", "must be specified"));
        }

        Nested(schema.Child("items"), $"{path}.items", depth);
        CheckCombinations(schema, schema, path, depth);
    }

    private void Nested(JsonNode? schema, string path, int depth)
    {
        if (schema is JsonObject nested)
        {
            CheckSchema(nested, path, depth + 1);
        }
    }

    private void CheckType(JsonObject schema, string path)
    {
        var type = schema.Text("type") ?? "";
        var isIntOrString = schema.Flag("x-kubernetes-int-or-string") == true;
        if (isIntOrString && type.Length > 0)
        {
            errors.Add(FieldError.Invalid($"{path}.type", type, "must be empty if x-kubernetes-int-or-string is true"));
        }
        else if (type.Length == 0 && !isIntOrString && schema.Flag("x-kubernetes-preserve-unknown-fields") != true)
        {
            errors.Add(FieldError.Required($"{path}.type", "must not be empty for specified object fields"));
        }

        errors.CheckOneOf($"{path}.type", type, Types);
        if (schema.Flag("x-kubernetes-embedded-resource") == true && type != "object")
        {
            errors.Add(FieldError.Invalid($"{path}.type", type, "must be object if x-kubernetes-embedded-resource is true"));
        }

        if (schema.Flag("x-kubernetes-preserve-unknown-fields") == false)
        {
            errors.Add(FieldError.Invalid($"{path}.x-kubernetes-preserve-unknown-fields", false, "must be true or undefined"));
        }
    }

    /// <summary>What may be wrong with a schema wherever it stands.</summary>
    private void CheckValues(JsonObject schema, string path)
    {
        foreach (var field in Unsupported.Where(f => schema[f] is not null))
        {
            errors.Add(FieldError.Forbidden($"{path}.{field}", $"{field} is not supported"));
        }

        if (schema.Flag("uniqueItems") == true)
        {
            errors.Add(FieldError.Forbidden($"{path}.uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
        }

        if (schema.Text("pattern") is { Length: > 0 } pattern && GoPattern.TryCompile(pattern, out var fault) is null)
        {
            errors.Add(FieldError.Invalid($"{path}.pattern", pattern, fault));
        }
    }

    private void CheckListType(JsonObject schema, string path)
    {
        var listType = schema.Text("x-kubernetes-list-type");
        var keys = schema.Texts("x-kubernetes-list-map-keys").ToList();
        if (listType is { Length: > 0 })
        {
            errors.CheckOneOf($"{path}.x-kubernetes-list-type", listType, "atomic", "set", "map");
            if (schema.Text("type") != "array")
            {
                errors.Add(FieldError.Invalid($"{path}.type", schema.Text("type") ?? "", "must be array if x-kubernetes-list-type is specified"));
            }
        }

        if (keys.Count > 0 && listType != "map")
        {
            errors.Add(FieldError.Invalid($"{path}.x-kubernetes-list-type", listType ?? "", "must be map if x-kubernetes-list-map-keys is non-empty"));
        }

        if (listType == "map")
        {
            CheckMapKeys(schema, keys, path);
        }

        if (schema.Text("x-kubernetes-map-type") is { Length: > 0 } mapType)
        {
            errors.CheckOneOf($"{path}.x-kubernetes-map-type", mapType, "atomic", "granular");
        }
    }

    private void CheckMapKeys(JsonObject schema, List<string> keys, string path)
    {
        if (keys.Count == 0)
        {
            errors.Add(FieldError.Required($"{path}.x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map"));
        }

        var items = schema.Child("items");
        if (items.Text("type") != "object")
        {
            errors.Add(FieldError.Invalid($"{path}.items.type", items.Text("type") ?? "", "must be object if parent array's x-kubernetes-list-type is map"));
        }

        for (var i = 0; i < keys.Count; i++)
        {
            if (items.Child("properties", keys[i]) is not { } key)
            {
                errors.Add(FieldError.Invalid(string.Create(CultureInfo.InvariantCulture, $"{path}.x-kubernetes-list-map-keys[{i}]"), keys[i], "entries must all be names of item properties"));
            }
            else if (!items.Texts("required").Contains(keys[i], StringComparer.Ordinal) && !key.ContainsKey("default"))
            {
                errors.Add(FieldError.Required($"{path}.items.properties[{keys[i]}].default", "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"));
            }
        }
    }

    /// <summary>A default must be a value that the schema allows.</summary>
    private void CheckDefault(JsonObject schema, string path)
    {
        if (schema.TryGetPropertyValue("default", out var value) && value is not null)
        {
            new SchemaValidation(errors).Run(value, JsonSchemaReader.Read(schema), $"{path}.default");
        }
    }

    private void CheckCombinations(JsonObject schema, JsonObject structural, string path, int depth)
    {
        foreach (var list in (ReadOnlySpan<string>)["allOf", "anyOf", "oneOf"])
        {
            foreach (var (part, index) in schema.Items(list))
            {
                CheckPart(part, structural, string.Create(CultureInfo.InvariantCulture, $"{path}.{list}[{index}]"), depth + 1);
            }
        }

        if (schema.Child("not") is { } not)
        {
            CheckPart(not, structural, $"{path}.not", depth + 1);
        }
    }

    /// <summary>A part of a combination: restrictions on values, of fields that the structure has.</summary>
    private void CheckPart(JsonObject part, JsonObject? structural, string path, int depth)
    {
        if (depth >= JsonSchemaReader.MaxDepth)
        {
            errors.Add(FieldError.Invalid(path, "", $"must not be nested more than {JsonSchemaReader.MaxDepth} levels deep"));
            return;
        }

        CheckValues(part, path);
        // "anyOf: [{type: integer}, {type: string}]" beside int-or-string is how generators write it, and allowed.
        var saysIntOrString = structural.Flag("x-kubernetes-int-or-string") == true && part.Text("type") is "integer" or "string";
        foreach (var field in NotInCombinations.Concat(Extensions).Where(f => part[f] is not null && !(f == "type" && saysIntOrString)))
        {
            errors.Add(FieldError.Forbidden($"{path}.{field}", field == "type" ? "must be empty to be structural" : "must be undefined to be structural"));
        }

        foreach (var (name, nested) in part.Child("properties") ?? [])
        {
            var field = structural.Child("properties", name) ?? structural.Child("additionalProperties");
            if (field is null && structural.Flag("x-kubernetes-preserve-unknown-fields") != true)
            {
                errors.Add(FieldError.Required($"{path}.properties[{name}]", "because it is defined in a combination, it must be specified outside of it as well"));
            }
            else if (nested is JsonObject schema)
            {
                CheckPart(schema, field, $"{path}.properties[{name}]", depth + 1);
            }
        }

        if (part.Child("items") is { } items)
        {
            CheckPart(items, structural.Child("items"), $"{path}.items", depth + 1);
        }

        CheckCombinations(part, structural ?? [], path, depth);
    }
}
