using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>What of a pod's spec may change once it exists: images, the deadline (downwards), more tolerations, and fewer scheduling gates.</summary>
internal static class PodUpdateRules
{
    private const string Refusal =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
        + "`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public static void Validate(JsonObject spec, JsonObject? old, ICollection<FieldError> errors)
    {
        if (old is null || JsonNode.DeepEquals(spec, old))
        {
            return;
        }

        foreach (string list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            if ((spec.Array(list)?.Count ?? 0) != (old.Array(list)?.Count ?? 0))
            {
                errors.Add(FieldError.Forbidden($"spec.{list}", "pod updates may not add or remove containers"));
                return;
            }
        }

        ValidateDeadline(spec, old, errors);
        ValidateTolerations(spec, old, errors);
        EphemeralContainerRules.ValidateUpdate(spec, old, errors);
        SchedulingGateRules.ValidateUpdate(spec, old, errors);
        if (Changed(Fixed(spec, old), Fixed(old, old)) is { Count: > 0 } changed)
        {
            errors.Add(FieldError.Forbidden("spec", $"{Refusal}; changed: {string.Join(", ", changed)}"));
        }
    }

    private static void ValidateDeadline(JsonObject spec, JsonObject old, ICollection<FieldError> errors)
    {
        if (old.Integer("activeDeadlineSeconds") is not { } before || spec.Integer("activeDeadlineSeconds") == before)
        {
            return;
        }

        if (spec.Integer("activeDeadlineSeconds") is not { } now)
        {
            errors.Add(FieldError.Invalid("spec.activeDeadlineSeconds", null, "must not update from a positive integer to nil value"));
        }
        else if (now > before)
        {
            errors.Add(FieldError.Invalid("spec.activeDeadlineSeconds", now, "must be less than or equal to previous value"));
        }
    }

    private static void ValidateTolerations(JsonObject spec, JsonObject old, ICollection<FieldError> errors)
    {
        foreach ((JsonObject before, _) in old.Items("tolerations"))
        {
            if (!spec.Items("tolerations").Any(t => JsonNode.DeepEquals(t.Item, before)))
            {
                errors.Add(FieldError.Forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"));
                return;
            }
        }
    }

    // The spec without what may change.
    private static JsonObject Fixed(JsonObject spec, JsonObject old)
    {
        var copy = (JsonObject)spec.DeepClone();
        copy.Remove("activeDeadlineSeconds");
        copy.Remove("tolerations");
        copy.Remove("ephemeralContainers");
        SchedulingGateRules.RemoveMutable(copy, old);
        foreach ((JsonObject container, _) in copy.Items("containers").Concat(copy.Items("initContainers")))
        {
            container.Remove("image");
        }

        return copy;
    }

    private static List<string> Changed(JsonObject now, JsonObject before) =>
    [
        .. now.Select(m => m.Key).Union(before.Select(m => m.Key), StringComparer.Ordinal)
            .Where(name => !(now[name].IsUnset() && before[name].IsUnset()) && !JsonNode.DeepEquals(now[name], before[name]))
            .Select(name => "spec." + name)
            .Order(StringComparer.Ordinal),
    ];
}
