using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>A <c>meta/v1 LabelSelector</c> in a spec: matchLabels and matchExpressions.</summary>
internal static class LabelSelectorRules
{
    public static void Validate(JsonObject? selector, string path, ICollection<FieldError> errors)
    {
        SelectorRules.ValidateMap(selector.Child("matchLabels"), $"{path}.matchLabels", errors);
        foreach ((JsonObject requirement, int i) in selector.Items("matchExpressions"))
        {
            ValidateRequirement(requirement, $"{path}.matchExpressions[{i}]", errors);
        }
    }

    private static void ValidateRequirement(JsonObject requirement, string path, ICollection<FieldError> errors)
    {
        SelectorRules.ValidateOperator(requirement, path, errors);
        SelectorRules.ValidateKey(requirement.Text("key"), $"{path}.key", errors);
        foreach ((string value, int i) in requirement.Texts("values").Select((v, i) => (v, i)))
        {
            errors.Check($"{path}.values[{i}]", value, NameRules.LabelValue);
        }
    }
}
