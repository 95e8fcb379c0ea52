using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>spec.affinity.podAffinity and podAntiAffinity, by <c>validatePodAffinityTerm</c> of Kubernetes.</summary>
internal static class PodAffinityRules
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";
    private const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";

    public static void Validate(JsonObject? affinity, string path, ICollection<FieldError> errors)
    {
        foreach ((JsonObject term, int i) in affinity.Items(Required))
        {
            ValidateTerm(term, $"{path}.{Required}[{i}]", errors);
        }

        foreach ((JsonObject preferred, int i) in affinity.Items(Preferred))
        {
            NodeAffinityRules.ValidateWeight(preferred, $"{path}.{Preferred}[{i}]", errors);
            ValidateTerm(preferred.Child("podAffinityTerm"), $"{path}.{Preferred}[{i}].podAffinityTerm", errors);
        }
    }

    private static void ValidateTerm(JsonObject? term, string path, ICollection<FieldError> errors)
    {
        LabelSelectorRules.Validate(term.Child("labelSelector"), $"{path}.labelSelector", errors);
        LabelSelectorRules.Validate(term.Child("namespaceSelector"), $"{path}.namespaceSelector", errors);
        foreach ((string name, int i) in term.Texts("namespaces").Select((n, i) => (n, i)))
        {
            errors.Check($"{path}.namespaces[{i}]", name, NameRules.DnsLabel);
        }

        ValidateLabelKeys(term, path, errors);
        if (string.IsNullOrEmpty(term.Text("topologyKey")))
        {
            errors.Add(FieldError.Required($"{path}.topologyKey", "can not be empty"));
        }
        else
        {
            errors.Check($"{path}.topologyKey", term.Text("topologyKey"), NameRules.QualifiedName);
        }
    }

    private static void ValidateLabelKeys(JsonObject? term, string path, ICollection<FieldError> errors)
    {
        HashSet<string> mismatch = [.. term.Texts("mismatchLabelKeys")];
        foreach (string list in (ReadOnlySpan<string>)["matchLabelKeys", "mismatchLabelKeys"])
        {
            if (term.Array(list) is not { Count: > 0 })
            {
                continue;
            }

            if (term.Child("labelSelector") is null)
            {
                errors.Add(FieldError.Forbidden($"{path}.{list}", "must not be specified when labelSelector is not set"));
            }

            foreach ((string key, int i) in term.Texts(list).Select((k, i) => (k, i)))
            {
                SelectorRules.ValidateKey(key, $"{path}.{list}[{i}]", errors);
                if (list == "matchLabelKeys" && mismatch.Contains(key))
                {
                    errors.Add(FieldError.Invalid($"{path}.{list}[{i}]", key, "exists in both matchLabelKeys and mismatchLabelKeys"));
                }
            }
        }
    }
}
