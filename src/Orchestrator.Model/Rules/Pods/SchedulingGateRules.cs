using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>
/// spec.schedulingGates: while there are any the pod is not scheduled. They can only be taken away, and while there are any the pod's demands
/// on nodes can be narrowed (Kubernetes' mutable scheduling directives).
/// </summary>
internal static class SchedulingGateRules
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";

    public static void Validate(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach ((JsonObject gate, int i) in spec.Items("schedulingGates"))
        {
            SelectorRules.ValidateKey(gate.Text("name"), $"{path}[{i}]", errors);
            if (!seen.Add(gate.Text("name") ?? ""))
            {
                errors.Add(FieldError.Duplicate($"{path}[{i}]", gate.Text("name") ?? ""));
            }
        }

        if (seen.Count > 0 && !string.IsNullOrEmpty(spec.Text("nodeName")))
        {
            errors.Add(FieldError.Forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"));
        }
    }

    public static void ValidateUpdate(JsonObject spec, JsonObject old, ICollection<FieldError> errors)
    {
        HashSet<string> before = [.. old.Items("schedulingGates").Select(g => g.Item.Text("name") ?? "")];
        foreach ((JsonObject gate, int i) in spec.Items("schedulingGates"))
        {
            string name = gate.Text("name") ?? "";
            if (!before.Contains(name))
            {
                errors.Add(FieldError.Forbidden($"spec.schedulingGates[{i}].name", $"only deletion is allowed, but found new scheduling gate '{name}'"));
            }
        }

        if (before.Count > 0)
        {
            ValidateNarrowing(spec, old, errors);
        }
    }

    /// <summary>Takes out of a copy of a spec what a pod whose spec was <paramref name="old"/> may change by these rules.</summary>
    public static void RemoveMutable(JsonObject copy, JsonObject old)
    {
        copy.Remove("schedulingGates");
        if (old.Array("schedulingGates") is not { Count: > 0 })
        {
            return;
        }

        copy.Remove("nodeSelector");
        copy.Child("affinity")?.Remove("nodeAffinity");
        if (copy.Child("affinity") is { Count: 0 })
        {
            copy.Remove("affinity");
        }
    }

    private static void ValidateNarrowing(JsonObject spec, JsonObject old, ICollection<FieldError> errors)
    {
        foreach ((string key, JsonNode? value) in old.Child("nodeSelector") ?? [])
        {
            if (spec.Child("nodeSelector").Text(key) != value.AsText())
            {
                errors.Add(FieldError.Invalid("spec.nodeSelector", spec.Child("nodeSelector")?.ToJsonString(), "only additions to spec.nodeSelector are allowed"));
                break;
            }
        }

        const string path = "spec.affinity.nodeAffinity";
        JsonObject? before = old.Child("affinity", "nodeAffinity");
        JsonObject? now = spec.Child("affinity", "nodeAffinity");
        List<JsonObject> oldTerms = [.. before.Child(Required).Items("nodeSelectorTerms").Select(t => t.Item)];
        List<JsonObject> newTerms = [.. now.Child(Required).Items("nodeSelectorTerms").Select(t => t.Item)];
        if (oldTerms.Count == 0)
        {
            return;
        }

        if (oldTerms.Count != newTerms.Count)
        {
            errors.Add(FieldError.Invalid($"{path}.{Required}.nodeSelectorTerms", newTerms.Count, "no additions/deletions to non-empty NodeSelectorTerms list are allowed"));
            return;
        }

        for (int i = 0; i < oldTerms.Count; i++)
        {
            ValidateTerm(newTerms[i], oldTerms[i], $"{path}.{Required}.nodeSelectorTerms[{i}]", errors);
        }
    }

    // Requirements may be added to a term that has some: it then matches fewer nodes. An empty term matches none and stays as it is.
    private static void ValidateTerm(JsonObject now, JsonObject before, string path, ICollection<FieldError> errors)
    {
        bool wasEmpty = before["matchExpressions"].IsUnset() && before["matchFields"].IsUnset();
        bool kept = wasEmpty
            ? now["matchExpressions"].IsUnset() && now["matchFields"].IsUnset()
            : Keeps(now, before, "matchExpressions") && Keeps(now, before, "matchFields");
        if (!kept)
        {
            errors.Add(FieldError.Invalid(path, now.ToJsonString(), "only additions are allowed (no mutations or deletions)"));
        }
    }

    private static bool Keeps(JsonObject now, JsonObject before, string list) => before.Items(list)
        .All(requirement => now.Items(list).Any(r => JsonNode.DeepEquals(r.Item, requirement.Item)));
}
