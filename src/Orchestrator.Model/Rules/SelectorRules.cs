using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>Selectors of labels by equality.</summary>
internal static class SelectorRules
{
    /// <summary>The key of a requirement: an empty one is an invalid name, in Kubernetes' words.</summary>
    public static void ValidateKey(string? key, string path, ICollection<FieldError> errors)
    {
        if (NameRules.QualifiedName(key ?? "") is { } fault)
        {
            errors.Add(FieldError.Invalid(path, key ?? "", fault));
        }
    }

    /// <summary>The operator of a requirement, and whether it has values where it takes them and none where it does not.</summary>
    /// <param name="requirement">An element of matchExpressions.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="errors">Receives what is wrong.</param>
    public static void ValidateOperator(JsonObject requirement, string path, ICollection<FieldError> errors)
    {
        string op = requirement.Text("operator") ?? "";
        bool hasValues = requirement.Array("values") is { Count: > 0 };
        switch (op)
        {
            case "In" or "NotIn" when !hasValues:
                errors.Add(FieldError.Required($"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'"));
                break;
            case "Exists" or "DoesNotExist" when hasValues:
                errors.Add(FieldError.Forbidden($"{path}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist":
                break;
            default:
                errors.Add(FieldError.Invalid($"{path}.operator", op, "not a valid selector operator"));
                break;
        }
    }

    public static void ValidateMap(JsonObject? labels, string path, ICollection<FieldError> errors)
    {
        foreach ((string key, JsonNode? value) in labels ?? [])
        {
            errors.CheckRequired(path, key, NameRules.QualifiedName);
            errors.Check($"{path}[{key}]", value.AsText(), NameRules.LabelValue);
            if (value is not null && value.AsText() is null)
            {
                errors.Add(FieldError.TypeInvalid($"{path}[{key}]", value.AsScalarText(), "must be a string"));
            }
        }
    }
}
