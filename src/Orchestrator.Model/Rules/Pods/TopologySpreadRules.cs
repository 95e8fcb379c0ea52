using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>spec.topologySpreadConstraints, by <c>validateTopologySpreadConstraints</c> of Kubernetes.</summary>
internal static class TopologySpreadRules
{
    private const string NotPositive = "must be greater than zero";

    public static void Validate(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        var seen = new HashSet<(string, string)>();
        foreach ((JsonObject constraint, int i) in spec.Items("topologySpreadConstraints"))
        {
            string at = $"{path}[{i}]";
            string key = constraint.Text("topologyKey") ?? "";
            string when = constraint.Text("whenUnsatisfiable") ?? "";
            ValidateNumbers(constraint, when, at, errors);
            ValidateNames(constraint, key, when, at, errors);
            ValidateLabelKeys(constraint, at, errors);
            if (!seen.Add((key, when)))
            {
                errors.Add(FieldError.Duplicate($"{at}.{{topologyKey, whenUnsatisfiable}}", $"{{{key}, {when}}}"));
            }
        }
    }

    private static void ValidateNumbers(JsonObject constraint, string when, string path, ICollection<FieldError> errors)
    {
        if (constraint.Integer("maxSkew") is not > 0)
        {
            errors.Add(FieldError.Invalid($"{path}.maxSkew", constraint.Integer("maxSkew") ?? 0, NotPositive));
        }

        if (constraint["minDomains"] is null)
        {
            return;
        }

        if (constraint.Integer("minDomains") is not > 0)
        {
            errors.Add(FieldError.Invalid($"{path}.minDomains", constraint["minDomains"].AsScalarText(), NotPositive));
        }

        if (when != "DoNotSchedule")
        {
            errors.Add(FieldError.Invalid(
                $"{path}.minDomains", constraint["minDomains"].AsScalarText(), $"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {when}"));
        }
    }

    private static void ValidateNames(JsonObject constraint, string key, string when, string path, ICollection<FieldError> errors)
    {
        if (key.Length == 0)
        {
            errors.Add(FieldError.Required($"{path}.topologyKey", "can not be empty"));
        }
        else
        {
            errors.Check($"{path}.topologyKey", key, NameRules.QualifiedName);
        }

        if (when is not ("DoNotSchedule" or "ScheduleAnyway"))
        {
            errors.Add(FieldError.NotSupported($"{path}.whenUnsatisfiable", when, "DoNotSchedule", "ScheduleAnyway"));
        }

        errors.CheckOneOf($"{path}.nodeAffinityPolicy", constraint.Text("nodeAffinityPolicy"), "Honor", "Ignore");
        errors.CheckOneOf($"{path}.nodeTaintsPolicy", constraint.Text("nodeTaintsPolicy"), "Honor", "Ignore");
        LabelSelectorRules.Validate(constraint.Child("labelSelector"), $"{path}.labelSelector", errors);
    }

    private static void ValidateLabelKeys(JsonObject constraint, string path, ICollection<FieldError> errors)
    {
        if (constraint.Array("matchLabelKeys") is not { Count: > 0 })
        {
            return;
        }

        JsonObject? selector = constraint.Child("labelSelector");
        if (selector is null)
        {
            errors.Add(FieldError.Forbidden($"{path}.matchLabelKeys", "must not be specified when labelSelector is not set"));
        }

        HashSet<string> selected =
        [
            .. (selector.Child("matchLabels") ?? []).Select(m => m.Key),
            .. selector.Items("matchExpressions").Select(e => e.Item.Text("key") ?? ""),
        ];
        foreach ((string key, int i) in constraint.Texts("matchLabelKeys").Select((k, i) => (k, i)))
        {
            SelectorRules.ValidateKey(key, $"{path}.matchLabelKeys[{i}]", errors);
            if (selected.Contains(key))
            {
                errors.Add(FieldError.Invalid($"{path}.matchLabelKeys[{i}]", key, "exists in both matchLabelKeys and labelSelector"));
            }
        }
    }
}
