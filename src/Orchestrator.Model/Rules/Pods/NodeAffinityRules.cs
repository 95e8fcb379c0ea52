using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>spec.affinity.nodeAffinity, by <c>validateNodeAffinity</c> of Kubernetes.</summary>
public static class NodeAffinityRules
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";
    private const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";

    public static void Validate(JsonObject? affinity, string path, ICollection<FieldError> errors)
    {
        if (affinity.Child(Required) is { } required)
        {
            if (required.Array("nodeSelectorTerms") is not { Count: > 0 })
            {
                errors.Add(FieldError.Required($"{path}.{Required}.nodeSelectorTerms", "must have at least one node selector term"));
            }

            foreach ((JsonObject term, int i) in required.Items("nodeSelectorTerms"))
            {
                ValidateTerm(term, $"{path}.{Required}.nodeSelectorTerms[{i}]", errors);
            }
        }

        foreach ((JsonObject preferred, int i) in affinity.Items(Preferred))
        {
            ValidateWeight(preferred, $"{path}.{Preferred}[{i}]", errors);
            ValidateTerm(preferred.Child("preference"), $"{path}.{Preferred}[{i}].preference", errors);
        }
    }

    /// <summary>Weights of preferences are 1 to 100.</summary>
    public static void ValidateWeight(JsonObject preferred, string path, ICollection<FieldError> errors)
    {
        if (preferred.Integer("weight") is not (>= 1 and <= 100))
        {
            errors.Add(FieldError.Invalid($"{path}.weight", preferred.Integer("weight") ?? 0, "must be in the range 1-100"));
        }
    }

    private static void ValidateTerm(JsonObject? term, string path, ICollection<FieldError> errors)
    {
        foreach ((JsonObject requirement, int i) in term.Items("matchExpressions"))
        {
            ValidateExpression(requirement, $"{path}.matchExpressions[{i}]", errors);
        }

        foreach ((JsonObject requirement, int i) in term.Items("matchFields"))
        {
            ValidateField(requirement, $"{path}.matchFields[{i}]", errors);
        }
    }

    private static void ValidateExpression(JsonObject requirement, string path, ICollection<FieldError> errors)
    {
        string op = requirement.Text("operator") ?? "";
        int count = requirement.Array("values")?.Count ?? 0;
        switch (op)
        {
            case "In" or "NotIn":
                if (count == 0)
                {
                    errors.Add(FieldError.Required($"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'"));
                }

                break;
            case "Exists" or "DoesNotExist":
                if (count > 0)
                {
                    errors.Add(FieldError.Forbidden($"{path}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
                }

                break;
            case "Gt" or "Lt":
                if (count != 1)
                {
                    errors.Add(FieldError.Required($"{path}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'"));
                }
                else if (requirement.Texts("values").FirstOrDefault() is { } value
                    && !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
                {
                    errors.Add(FieldError.Invalid($"{path}.values[0]", value, "for 'Gt', 'Lt' operators, the value must be an integer"));
                }

                break;
            default:
                errors.Add(FieldError.Invalid($"{path}.operator", op, "not a valid selector operator"));
                break;
        }

        SelectorRules.ValidateKey(requirement.Text("key"), $"{path}.key", errors);
    }

    private static void ValidateField(JsonObject requirement, string path, ICollection<FieldError> errors)
    {
        string op = requirement.Text("operator") ?? "";
        if (op is not ("In" or "NotIn"))
        {
            errors.Add(FieldError.Invalid($"{path}.operator", op, "not a valid selector operator"));
        }
        else if (requirement.Array("values") is not { Count: 1 })
        {
            errors.Add(FieldError.Required($"{path}.values", "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
        }

        if (requirement.Text("key") is not "metadata.name")
        {
            errors.Add(FieldError.Invalid($"{path}.key", requirement.Text("key") ?? "", "not a valid field selector key"));
            return;
        }

        foreach ((string value, int i) in requirement.Texts("values").Select((v, i) => (v, i)))
        {
            errors.Check($"{path}.values[{i}]", value, NameRules.DnsSubdomain);
        }
    }
}
