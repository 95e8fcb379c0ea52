using System.Text.Json.Nodes;
using Orchestrator.Model.Batch;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Apps;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Batch;

/// <summary>The spec of a Job, or of the template of a CronJob.</summary>
internal static class JobSpecRules
{
    private const int MaxIndexedParallelism = 100_000;
    private const int MaxManagedByLength = 63;

    /// <param name="spec">The spec.</param>
    /// <param name="path">Where it stands: <c>spec</c>, <c>spec.jobTemplate.spec</c>.</param>
    /// <param name="errors">Receives what is wrong.</param>
    public static void Validate(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        foreach (string count in (ReadOnlySpan<string>)
            ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"])
        {
            errors.CheckNotNegative($"{path}.{count}", spec.Integer(count));
        }

        bool isIndexed = spec.Text("completionMode") == "Indexed";
        errors.CheckOneOf($"{path}.completionMode", spec.Text("completionMode"), "Indexed", "NonIndexed");
        if (isIndexed)
        {
            ValidateIndexed(spec, path, errors);
        }

        ValidatePerIndex(spec, path, isIndexed, errors);
        if (spec.Text("managedBy") is { Length: > 0 } manager)
        {
            errors.Check($"{path}.managedBy", manager, DomainPath);
            if (manager.Length > MaxManagedByLength)
            {
                errors.Add(FieldError.TooLong($"{path}.managedBy", MaxManagedByLength));
            }
        }

        JobPolicyRules.ValidateFailure(spec, path, errors);
        JobPolicyRules.ValidateSuccess(spec, path, isIndexed, errors);
        ValidateReplacement(spec, path, errors);
        ValidateTemplate(spec, path, errors);
    }

    private static void ValidateIndexed(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        if (spec["completions"] is null)
        {
            errors.Add(FieldError.Required($"{path}.completions", "when completion mode is Indexed"));
        }

        if (spec.Integer("parallelism") is { } parallelism and > MaxIndexedParallelism)
        {
            errors.Add(FieldError.Invalid($"{path}.parallelism", parallelism, $"must be less than or equal to {MaxIndexedParallelism} when completion mode is Indexed"));
        }

        if (spec.Integer("completions") is { } completions and > IndexSet.MaxIndexes)
        {
            errors.Add(FieldError.Invalid($"{path}.completions", completions, $"must be less than or equal to {IndexSet.MaxIndexes} when completion mode is Indexed"));
        }
    }

    private static void ValidatePerIndex(JsonObject spec, string path, bool isIndexed, ICollection<FieldError> errors)
    {
        if (spec.Integer("backoffLimitPerIndex") is { } perIndex && !isIndexed)
        {
            errors.Add(FieldError.Invalid($"{path}.backoffLimitPerIndex", perIndex, "requires indexed completion mode"));
        }

        if (spec.Integer("maxFailedIndexes") is not { } maxFailed)
        {
            return;
        }

        if (!isIndexed)
        {
            errors.Add(FieldError.Invalid($"{path}.maxFailedIndexes", maxFailed, "requires indexed completion mode"));
        }

        if (spec["backoffLimitPerIndex"] is null)
        {
            errors.Add(FieldError.Required($"{path}.backoffLimitPerIndex", "when maxFailedIndexes is specified"));
        }

        if (spec.Integer("completions") is { } completions && maxFailed > completions)
        {
            errors.Add(FieldError.Invalid($"{path}.maxFailedIndexes", maxFailed, "must be less than or equal to completions"));
        }
    }

    private static void ValidateReplacement(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        string policy = spec.Text("podReplacementPolicy") ?? "";
        if (spec["podFailurePolicy"] is null)
        {
            errors.CheckOneOf($"{path}.podReplacementPolicy", policy, "Failed", "TerminatingOrFailed");
        }
        else
        {
            errors.CheckOneOf($"{path}.podReplacementPolicy", policy, "Failed");
        }
    }

    private static void ValidateTemplate(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        JsonObject? template = spec.Child("template");
        PodTemplateRules.Validate(template, $"{path}.template", errors);
        string policy = template.Child("spec").Text("restartPolicy") ?? "";
        if (policy is "Always" or "")
        {
            // What a writer leaves out reads as Always, so it is asked for and not called wrong.
            errors.Add(FieldError.Required($"{path}.template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\""));
        }
        else if (spec["podFailurePolicy"] is not null && policy != "Never")
        {
            errors.Add(FieldError.Invalid($"{path}.template.spec.restartPolicy", policy, "only \"Never\" is supported when podFailurePolicy is specified"));
        }
    }

    private static string? DomainPath(string value)
    {
        int slash = value.IndexOf('/', StringComparison.Ordinal);
        return slash <= 0 || slash == value.Length - 1 ? "must be a domain-prefixed path (such as \"acme.io/foo\")"
            : NameRules.DnsSubdomain(value[..slash]);
    }
}
