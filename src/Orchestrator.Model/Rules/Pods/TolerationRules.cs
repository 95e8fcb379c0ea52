using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>Tolerations of taints.</summary>
internal static class TolerationRules
{
    /// <summary>Effects of taints.</summary>
    public static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    private const int DefaultTolerationSeconds = 300;

    public static void Default(JsonObject toleration) => toleration.DefaultIfEmpty("operator", "Equal");

    /// <summary>A pod stays for five minutes on a node that went quiet, unless it says otherwise: nodes often come back.</summary>
    public static void AddDefaults(JsonObject spec)
    {
        foreach (string taint in (ReadOnlySpan<string>)[WellKnown.NotReadyTaint, WellKnown.UnreachableTaint])
        {
            bool tolerated = spec.Items("tolerations").Any(t =>
                (string.IsNullOrEmpty(t.Item.Text("key")) || t.Item.Text("key") == taint) && t.Item.Text("effect") is null or "" or "NoExecute");
            if (tolerated)
            {
                continue;
            }

            if (spec["tolerations"] is null)
            {
                spec["tolerations"] = new JsonArray();
            }

            spec.Array("tolerations")?.Add(new JsonObject
            {
                ["key"] = taint,
                ["operator"] = "Exists",
                ["effect"] = "NoExecute",
                ["tolerationSeconds"] = DefaultTolerationSeconds,
            });
        }
    }

    public static void Validate(JsonObject? owner, string path, ICollection<FieldError> errors)
    {
        foreach ((JsonObject toleration, int i) in owner.Items("tolerations"))
        {
            ValidateOne(toleration, $"{path}[{i}]", errors);
        }
    }

    private static void ValidateOne(JsonObject toleration, string path, ICollection<FieldError> errors)
    {
        string? key = toleration.Text("key");
        string op = toleration.Text("operator") is { Length: > 0 } given ? given : "Equal";
        errors.Check($"{path}.key", key, NameRules.QualifiedName);
        if (string.IsNullOrEmpty(key) && op != "Exists")
        {
            errors.Add(FieldError.Invalid($"{path}.operator", op, "operator must be Exists when `key` is empty, which means \"match all values and all keys\""));
        }

        errors.CheckOneOf($"{path}.operator", op, "Equal", "Exists");
        if (op == "Exists" && !string.IsNullOrEmpty(toleration.Text("value")))
        {
            errors.Add(FieldError.Invalid($"{path}.operator", op, "value must be empty when `operator` is 'Exists'"));
        }
        else
        {
            errors.Check($"{path}.value", toleration.Text("value"), NameRules.LabelValue);
        }

        errors.CheckOneOf($"{path}.effect", toleration.Text("effect"), Effects);
        if (toleration["tolerationSeconds"] is not null && toleration.Text("effect") != "NoExecute")
        {
            errors.Add(FieldError.Invalid($"{path}.effect", toleration.Text("effect") ?? "", "effect must be 'NoExecute' when `tolerationSeconds` is set"));
        }
    }
}
