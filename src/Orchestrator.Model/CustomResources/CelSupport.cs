using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.CustomResources;

/// <summary>
/// Rules in the Common Expression Language (<c>x-kubernetes-validations</c>) are not evaluated yet. A definition that has some is refused, naming each:
/// to take it and not enforce it would let through what its author forbids.
/// </summary>
internal static class CelSupport
{
    public static void Check(JsonObject schema, string path, ICollection<FieldError> errors)
    {
        foreach (var (rule, index) in schema.Items("x-kubernetes-validations"))
        {
            errors.Add(FieldError.Forbidden(
                string.Create(CultureInfo.InvariantCulture, $"{path}.x-kubernetes-validations[{index}]"),
                $"rules in the Common Expression Language are not supported yet: {rule.Text("rule")}"));
        }

        foreach (var (name, property) in schema.Child("properties") ?? [])
        {
            if (property is JsonObject nested)
            {
                Check(nested, $"{path}.properties[{name}]", errors);
            }
        }

        foreach (var member in (ReadOnlySpan<string>)["items", "additionalProperties"])
        {
            if (schema.Child(member) is { } nested)
            {
                Check(nested, $"{path}.{member}", errors);
            }
        }
    }
}
