using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Autoscaling;

/// <summary>How fast an autoscaler scales, up and down.</summary>
internal static class ScalingBehavior
{
    private const int MaxWindowSeconds = 3600;
    private const int MaxPeriodSeconds = 1800;

    /// <summary>Both directions are filled in where either is written (Kubernetes' GenerateHPAScaleUpRules and GenerateHPAScaleDownRules).</summary>
    public static void Default(JsonObject? behavior)
    {
        if (behavior is null)
        {
            return;
        }

        if (behavior.ObjectOrNew("scaleUp") is { } up)
        {
            up.Default("stabilizationWindowSeconds", 0);
            up.DefaultIfEmpty("selectPolicy", "Max");
            DefaultPolicies(up, ("Pods", 4, 15), ("Percent", 100, 15));
        }

        if (behavior.ObjectOrNew("scaleDown") is { } down)
        {
            down.DefaultIfEmpty("selectPolicy", "Max");
            DefaultPolicies(down, ("Percent", 100, 15));
        }
    }

    public static void Validate(JsonObject? behavior, string path, ICollection<FieldError> errors)
    {
        foreach (string direction in (ReadOnlySpan<string>)["scaleUp", "scaleDown"])
        {
            if (behavior.Child(direction) is { } rules)
            {
                ValidateRules(rules, $"{path}.{direction}", errors);
            }
        }
    }

    private static void DefaultPolicies(JsonObject rules, params ReadOnlySpan<(string Type, int Value, int PeriodSeconds)> policies)
    {
        if (rules["policies"] is not null)
        {
            return;
        }

        var array = new JsonArray();
        foreach ((string type, int value, int seconds) in policies)
        {
            array.Add((JsonNode)new JsonObject { ["type"] = type, ["value"] = value, ["periodSeconds"] = seconds });
        }

        rules["policies"] = array;
    }

    private static void ValidateRules(JsonObject rules, string path, ICollection<FieldError> errors)
    {
        long window = rules.Integer("stabilizationWindowSeconds") ?? 0;
        if (window < 0)
        {
            errors.Add(FieldError.Invalid($"{path}.stabilizationWindowSeconds", window, "must be greater than or equal to zero"));
        }
        else if (window > MaxWindowSeconds)
        {
            errors.Add(FieldError.Invalid($"{path}.stabilizationWindowSeconds", window, $"must be less than or equal to {MaxWindowSeconds}"));
        }

        errors.CheckOneOf($"{path}.selectPolicy", rules.Text("selectPolicy"), "Disabled", "Max", "Min");
        if (rules["tolerance"] is { } tolerance)
        {
            if (!Quantity.TryParse(tolerance.AsScalarText(), out Quantity quantity))
            {
                errors.Add(FieldError.Invalid($"{path}.tolerance", tolerance.AsScalarText(), Quantity.Invalid));
            }
            else if (quantity.Sign < 0)
            {
                errors.Add(FieldError.Invalid($"{path}.tolerance", quantity.ToString(), "must be greater or equal to 0"));
            }
        }

        if (rules.Array("policies") is not { Count: > 0 })
        {
            errors.Add(FieldError.Required($"{path}.policies", "must specify at least one Policy"));
        }

        foreach ((JsonObject policy, int i) in rules.Items("policies"))
        {
            string at = $"{path}.policies[{i}]";
            errors.CheckOneOf($"{at}.type", policy.Text("type") ?? "", "Percent", "Pods");
            CheckPositive($"{at}.value", policy.Integer("value") ?? 0, errors);
            long seconds = policy.Integer("periodSeconds") ?? 0;
            CheckPositive($"{at}.periodSeconds", seconds, errors);
            if (seconds > MaxPeriodSeconds)
            {
                errors.Add(FieldError.Invalid($"{at}.periodSeconds", seconds, $"must be less than or equal to {MaxPeriodSeconds}"));
            }
        }
    }

    private static void CheckPositive(string path, long value, ICollection<FieldError> errors)
    {
        if (value <= 0)
        {
            errors.Add(FieldError.Invalid(path, value, "must be greater than zero"));
        }
    }
}
