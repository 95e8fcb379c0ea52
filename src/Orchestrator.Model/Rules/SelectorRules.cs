using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>Selectors of labels by equality.</summary>
internal static class SelectorRules
{
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
