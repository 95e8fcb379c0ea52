using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Schemas;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.CustomResources;

/// <summary>The versions of a CustomResourceDefinition: one of them is stored, and each has a schema, subresources and columns of its own.</summary>
internal static class DefinitionVersionRules
{
    private const int MaxSelectableFields = 8;

    private static readonly string[] ColumnTypes = ["integer", "number", "string", "boolean", "date"];

    public static void Validate(JsonObject spec, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var stored = 0;
        var count = 0;
        foreach (var (version, index) in spec.Items("versions"))
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"spec.versions[{index}]");
            var name = version.Text("name") ?? "";
            errors.CheckRequired($"{path}.name", name, NameRules.DnsLabel1035);
            if (!names.Add(name))
            {
                errors.Add(FieldError.Invalid("spec.versions", name, "must contain unique version names"));
            }

            stored += version.Flag("storage") == true ? 1 : 0;
            count++;
            ValidateSchema(version.Child("schema", "openAPIV3Schema"), $"{path}.schema.openAPIV3Schema", errors);
            ValidateSubresources(version.Child("subresources"), $"{path}.subresources", errors);
            ValidateColumns(version, path, errors);
            ValidateSelectableFields(version, path, errors);
        }

        if (count == 0)
        {
            errors.Add(FieldError.Required("spec.versions"));
        }
        else if (stored != 1)
        {
            errors.Add(FieldError.Invalid("spec.versions", "", "must have exactly one version marked as storage version"));
        }
    }

    private static void ValidateSchema(JsonObject? schema, string path, ICollection<FieldError> errors)
    {
        if (schema is null)
        {
            errors.Add(FieldError.Required(path, "schemas are required"));
            return;
        }

        var before = errors.Count;
        new StructuralRules(errors).Check(schema, path);
        if (errors.Count == before)
        {
            // The types that rules are checked by are those of a structural schema.
            RuleDefinitions.Check(JsonSchemaReader.Read(schema), path, errors);
        }
    }

    private static void ValidateSubresources(JsonObject? subresources, string path, ICollection<FieldError> errors)
    {
        if (subresources.Child("scale") is not { } scale)
        {
            return;
        }

        CheckPath($"{path}.scale.specReplicasPath", scale.Text("specReplicasPath"), ".spec.", required: true, errors);
        CheckPath($"{path}.scale.statusReplicasPath", scale.Text("statusReplicasPath"), ".status.", required: true, errors);
        CheckPath($"{path}.scale.labelSelectorPath", scale.Text("labelSelectorPath"), ".s", required: false, errors);
    }

    private static void CheckPath(string field, string? value, string prefix, bool required, ICollection<FieldError> errors)
    {
        if (string.IsNullOrEmpty(value))
        {
            if (required)
            {
                errors.Add(FieldError.Required(field));
            }
        }
        else if (!value.StartsWith(prefix, StringComparison.Ordinal) || value.IndexOfAny(['[', ']', '*', '@', '?', '\'']) >= 0)
        {
            errors.Add(FieldError.Invalid(field, value, $"should be a json path under {prefix.TrimEnd('.')}, of names joined by dots"));
        }
    }

    private static void ValidateColumns(JsonObject version, string path, ICollection<FieldError> errors)
    {
        foreach (var (column, index) in version.Items("additionalPrinterColumns"))
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}.additionalPrinterColumns[{index}]");
            errors.CheckRequired($"{at}.name", column.Text("name"), _ => null);
            errors.CheckRequired($"{at}.type", column.Text("type"), _ => null);
            errors.CheckOneOf($"{at}.type", column.Text("type"), ColumnTypes);
            errors.CheckRequired($"{at}.jsonPath", column.Text("jsonPath"), p => JsonPath.TryParse(p, out var fault) is null ? fault : null);
        }
    }

    private static void ValidateSelectableFields(JsonObject version, string path, ICollection<FieldError> errors)
    {
        var count = 0;
        foreach (var (field, index) in version.Items("selectableFields"))
        {
            count++;
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}.selectableFields[{index}].jsonPath");
            CheckPath(at, field.Text("jsonPath"), ".", required: true, errors);
            if (field.Text("jsonPath")?.StartsWith(".metadata", StringComparison.Ordinal) == true)
            {
                errors.Add(FieldError.Invalid(at, field.Text("jsonPath"), "must not point to fields in metadata"));
            }
        }

        if (count > MaxSelectableFields)
        {
            errors.Add(new FieldError("FieldValueTooMany", $"{path}.selectableFields", $"Too many: {count}: must have at most {MaxSelectableFields} items"));
        }
    }
}
