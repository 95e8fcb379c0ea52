using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Batch;

/// <summary>
/// What of a Job may change: parallelism, limits and suspension; the completions of an indexed Job together with its parallelism; and where its pods
/// may go, as long as it is suspended and has none.
/// </summary>
internal static class JobUpdateRules
{
    private const string Immutable = "field is immutable";

    public static void Validate(JsonObject spec, JsonObject old, JsonObject? status, ICollection<FieldError> errors)
    {
        ValidateCompletions(spec, old, errors);
        foreach (string member in (ReadOnlySpan<string>)
            ["selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"])
        {
            Check(spec, old, member, errors);
        }

        JsonNode? now = spec["template"];
        JsonNode? before = old["template"];
        if (old.Flag("suspend") == true && status?["startTime"] is null)
        {
            now = WithoutDirectives(spec.Child("template"));
            before = WithoutDirectives(old.Child("template"));
        }

        if (!JsonNode.DeepEquals(now, before))
        {
            errors.Add(FieldError.Invalid("spec.template", spec["template"], Immutable));
        }
    }

    private static void ValidateCompletions(JsonObject spec, JsonObject old, ICollection<FieldError> errors)
    {
        if (JsonNode.DeepEquals(spec["completions"], old["completions"]))
        {
            return;
        }

        if (spec.Text("completionMode") != "Indexed" || spec["completions"] is null || old["completions"] is null)
        {
            Check(spec, old, "completions", errors);
        }
        else if (spec.Integer("completions") != spec.Integer("parallelism"))
        {
            errors.Add(FieldError.Invalid("spec.completions", spec.Integer("completions"), "can only be modified in tandem with parallelism"));
        }
    }

    private static void Check(JsonObject spec, JsonObject old, string member, ICollection<FieldError> errors)
    {
        if (!JsonNode.DeepEquals(spec[member], old[member]))
        {
            errors.Add(FieldError.Invalid($"spec.{member}", spec[member], Immutable));
        }
    }

    private static JsonObject? WithoutDirectives(JsonObject? template)
    {
        if (template?.DeepClone() is not JsonObject copy)
        {
            return null;
        }

        copy.Remove("metadata");
        if (copy.Child("spec") is { } pod)
        {
            foreach (string member in (ReadOnlySpan<string>)["nodeSelector", "tolerations", "schedulingGates"])
            {
                pod.Remove(member);
            }

            pod.Child("affinity")?.Remove("nodeAffinity");
            if (pod["affinity"].IsUnset())
            {
                pod.Remove("affinity");
            }
        }

        return copy;
    }
}
