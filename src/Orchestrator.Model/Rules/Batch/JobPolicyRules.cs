using System.Text.Json.Nodes;
using Orchestrator.Model.Batch;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Batch;

/// <summary>What a Job says of pods that fail, and of when enough have succeeded.</summary>
internal static class JobPolicyRules
{
    private const int MaxRules = 20;
    private const int MaxExitCodes = 255;

    public static void ValidateFailure(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        if (spec.Child("podFailurePolicy") is not { } policy)
        {
            return;
        }

        string at = $"{path}.podFailurePolicy.rules";
        CheckCount(policy, at, errors);
        HashSet<string?> containers =
        [
            .. ((string[])["initContainers", "containers"]).SelectMany(list => spec.Child("template", "spec").Items(list)).Select(c => c.Item.Text("name")),
        ];
        foreach ((JsonObject rule, int i) in policy.Items("rules"))
        {
            ValidateFailureRule(rule, $"{at}[{i}]", hasPerIndex: spec["backoffLimitPerIndex"] is not null, containers, errors);
        }
    }

    public static void ValidateSuccess(JsonObject spec, string path, bool isIndexed, ICollection<FieldError> errors)
    {
        if (spec.Child("successPolicy") is not { } policy)
        {
            return;
        }

        if (!isIndexed)
        {
            errors.Add(FieldError.Invalid($"{path}.successPolicy", policy, "requires indexed completion mode"));
            return;
        }

        string at = $"{path}.successPolicy.rules";
        if (policy.Array("rules") is not { Count: > 0 })
        {
            errors.Add(FieldError.Required(at, "at least one rules must be specified when the successPolicy is specified"));
        }

        CheckCount(policy, at, errors);
        long completions = spec.Integer("completions") ?? 0;
        foreach ((JsonObject rule, int i) in policy.Items("rules"))
        {
            ValidateSuccessRule(rule, $"{at}[{i}]", completions, errors);
        }
    }

    private static void CheckCount(JsonObject policy, string path, ICollection<FieldError> errors)
    {
        if (policy.Array("rules") is { Count: > MaxRules } rules)
        {
            errors.Add(new FieldError("FieldValueTooMany", path, $"Too many: {rules.Count}: must have at most {MaxRules} items"));
        }
    }

    private static void ValidateFailureRule(JsonObject rule, string path, bool hasPerIndex, HashSet<string?> containers, ICollection<FieldError> errors)
    {
        string action = rule.Text("action") ?? "";
        if (action.Length == 0)
        {
            errors.Add(FieldError.Required($"{path}.action", "valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]"));
        }
        else if (action == "FailIndex" && !hasPerIndex)
        {
            errors.Add(FieldError.Invalid($"{path}.action", action, "requires the backoffLimitPerIndex to be set"));
        }
        else
        {
            errors.CheckOneOf($"{path}.action", action, "Count", "FailIndex", "FailJob", "Ignore");
        }

        JsonObject? codes = rule.Child("onExitCodes");
        bool hasConditions = rule.Array("onPodConditions") is { Count: > 0 };
        if (codes is not null && hasConditions)
        {
            errors.Add(FieldError.Invalid(path, rule, "specifying both OnExitCodes and OnPodConditions is not supported"));
        }
        else if (codes is null && !hasConditions)
        {
            errors.Add(FieldError.Invalid(path, rule, "specifying one of OnExitCodes and OnPodConditions is required"));
        }

        if (codes is not null)
        {
            ValidateExitCodes(codes, $"{path}.onExitCodes", containers, errors);
        }

        foreach ((JsonObject condition, int i) in rule.Items("onPodConditions"))
        {
            errors.CheckRequired($"{path}.onPodConditions[{i}].type", condition.Text("type"), NameRules.QualifiedName);
            errors.CheckOneOf($"{path}.onPodConditions[{i}].status", condition.Text("status"), "False", "True", "Unknown");
        }
    }

    private static void ValidateExitCodes(JsonObject codes, string path, HashSet<string?> containers, ICollection<FieldError> errors)
    {
        string op = codes.Text("operator") ?? "";
        if (op.Length == 0)
        {
            errors.Add(FieldError.Required($"{path}.operator", "valid values: [\"In\" \"NotIn\"]"));
        }

        errors.CheckOneOf($"{path}.operator", op, "In", "NotIn");
        if (codes.Text("containerName") is { } container && !containers.Contains(container))
        {
            errors.Add(FieldError.Invalid($"{path}.containerName", container, "must be one of the container or initContainer names in the pod template"));
        }

        JsonArray values = codes.Array("values") ?? [];
        if (values.Count == 0)
        {
            errors.Add(FieldError.Invalid($"{path}.values", values, "at least one value is required"));
        }
        else if (values.Count > MaxExitCodes)
        {
            errors.Add(new FieldError("FieldValueTooMany", $"{path}.values", $"Too many: {values.Count}: must have at most {MaxExitCodes} items"));
        }

        var seen = new HashSet<long>();
        long before = long.MinValue;
        for (int i = 0; i < values.Count; i++)
        {
            long code = values[i].AsInteger() ?? -1;
            if (op == "In" && code == 0)
            {
                errors.Add(FieldError.Invalid($"{path}.values[{i}]", code, "must not be 0 for the In operator"));
            }

            if (!seen.Add(code))
            {
                errors.Add(FieldError.Duplicate($"{path}.values[{i}]", code));
            }
            else if (code < before)
            {
                errors.Add(FieldError.Invalid($"{path}.values", values, "must be ordered"));
                break;
            }

            before = code;
        }
    }

    private static void ValidateSuccessRule(JsonObject rule, string path, long completions, ICollection<FieldError> errors)
    {
        long? count = rule.Integer("succeededCount");
        string? indexes = rule.Text("succeededIndexes");
        if (count is null && indexes is null)
        {
            errors.Add(FieldError.Required(path, "at least one of succeededCount or succeededIndexes must be specified"));
        }

        long listed = completions;
        if (indexes is not null)
        {
            if (IndexSet.TryParse(indexes, completions, out IndexSet set))
            {
                listed = set.Count;
            }
            else
            {
                errors.Add(FieldError.Invalid($"{path}.succeededIndexes", indexes, $"must be indexes and intervals in order, below {completions}, such as \"0,2-4\""));
            }
        }

        if (count is < 1)
        {
            errors.Add(FieldError.Invalid($"{path}.succeededCount", count, "must be greater than or equal to 1"));
        }
        else if (count > completions)
        {
            errors.Add(FieldError.Invalid($"{path}.succeededCount", count, $"must be less than or equal to {completions} (the number of specified completions)"));
        }
        else if (count > listed)
        {
            errors.Add(FieldError.Invalid($"{path}.succeededCount", count, $"must be less than or equal to {listed} (the number of indexes in the specified succeededIndexes field)"));
        }
    }
}
