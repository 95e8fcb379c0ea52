using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Selectors;

/// <summary>The object form of selectors (<c>meta/v1 LabelSelector</c>): <c>matchLabels</c> and <c>matchExpressions</c>.</summary>
public static class SelectorObject
{
    /// <summary>Null for an absent selector, which selects nothing, and for one that is malformed.</summary>
    public static LabelSelector? Read(JsonObject? selector)
    {
        if (selector is null)
        {
            return null;
        }

        var requirements = new List<LabelRequirement>();
        foreach ((string key, JsonNode? value) in selector.Child("matchLabels") ?? [])
        {
            requirements.Add(new LabelRequirement(key, LabelOperator.In, [value.AsText() ?? ""]));
        }

        foreach ((JsonObject expression, _) in selector.Items("matchExpressions"))
        {
            LabelOperator? op = expression.Text("operator") switch
            {
                "In" => LabelOperator.In,
                "NotIn" => LabelOperator.NotIn,
                "Exists" => LabelOperator.Exists,
                "DoesNotExist" => LabelOperator.DoesNotExist,
                _ => null,
            };
            if (op is not { } known || expression.Text("key") is not { } key)
            {
                return null;
            }

            requirements.Add(new LabelRequirement(key, known, [.. expression.Texts("values")]));
        }

        return new LabelSelector(requirements);
    }

    /// <summary>A map of labels that must all hold, as Services and ReplicationControllers select; null for an absent or empty one, which selects nothing.</summary>
    public static LabelSelector? ReadMap(JsonObject? labels) => labels is not { Count: > 0 }
        ? null
        : new LabelSelector([.. labels.Select(l => new LabelRequirement(l.Key, LabelOperator.In, [l.Value.AsText() ?? ""]))]);

    public static void Validate(JsonObject? selector, string path, ICollection<FieldError> errors)
    {
        foreach ((string key, JsonNode? value) in selector.Child("matchLabels") ?? [])
        {
            errors.CheckRequired($"{path}.matchLabels", key, NameRules.QualifiedName);
            errors.Check($"{path}.matchLabels", value.AsText(), NameRules.LabelValue);
        }

        foreach ((JsonObject expression, int i) in selector.Items("matchExpressions"))
        {
            ValidateExpression(expression, $"{path}.matchExpressions[{i}]", errors);
        }
    }

    private static void ValidateExpression(JsonObject expression, string path, ICollection<FieldError> errors)
    {
        errors.CheckRequired($"{path}.key", expression.Text("key"), NameRules.QualifiedName);
        SelectorRules.ValidateOperator(expression, path, errors);
        foreach (string value in expression.Texts("values"))
        {
            errors.Check($"{path}.values", value, NameRules.LabelValue);
        }
    }
}
