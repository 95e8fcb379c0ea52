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
