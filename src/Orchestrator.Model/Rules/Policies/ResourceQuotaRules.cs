using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Quotas;
using Orchestrator.Model.Rules.Pods;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Policies;

/// <summary>ResourceQuotas: names that can be counted, and scopes that fit them (Kubernetes' ValidateResourceQuota).</summary>
internal sealed class ResourceQuotaRules : IKindRules
{
    private static readonly string[] Integers = ["pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers"];
    private static readonly string[] Amounts =
        ["cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage"];

    private static readonly string[] PodScopes = ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity"];

    public void Default(JsonObject obj)
    {
        ResourceRules.Canonicalize(obj.Child("spec", "hard"));
        obj.ObjectOrNew("spec");
        obj.ObjectOrNew("status");
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec");
        ValidateList(spec.Child("hard"), "spec.hard", errors);
        ValidateScopes(spec, errors);
        ValidateSelector(spec, errors);
        ValidateList(obj.Child("status", "hard"), "status.hard", errors);
        ValidateList(obj.Child("status", "used"), "status.used", errors);
        if (old is not null && !JsonNode.DeepEquals(spec?["scopes"], old.Child("spec")?["scopes"]))
        {
            errors.Add(FieldError.Invalid("spec.scopes", string.Join(",", spec.Texts("scopes")), "field is immutable"));
        }
    }

    private static void ValidateList(JsonObject? list, string path, ICollection<FieldError> errors)
    {
        foreach ((string name, JsonNode? value) in list ?? [])
        {
            string at = $"{path}[{name}]";
            errors.CheckRequired(at, name, NameRules.QualifiedName);
            bool isStandard = Integers.Contains(name) || Amounts.Contains(name) || name.StartsWith("hugepages-", StringComparison.Ordinal) || name.StartsWith("requests.hugepages-", StringComparison.Ordinal);
            if (!name.Contains('/', StringComparison.Ordinal) && !isStandard)
            {
                errors.Add(FieldError.Invalid(at, name, "must be a standard resource for quotas"));
            }

            bool isWhole = Integers.Contains(name) || name.Contains('/', StringComparison.Ordinal);
            if (!Quantity.TryParse(value.AsScalarText(), out Quantity quantity))
            {
                errors.Add(FieldError.Invalid(at, value.AsScalarText(), Quantity.Invalid));
            }
            else if (quantity.Sign < 0)
            {
                errors.Add(FieldError.Invalid(at, quantity.ToString(), "must be greater than or equal to 0"));
            }
            else if (isWhole && quantity.Nanos % Quantity.NanosPerUnit != 0)
            {
                errors.Add(FieldError.Invalid(at, quantity.ToString(), "must be an integer"));
            }
        }
    }

    private static void ValidateScopes(JsonObject? spec, ICollection<FieldError> errors)
    {
        string[] scopes = [.. spec.Texts("scopes")];
        string all = string.Join(",", scopes);
        foreach (string scope in scopes)
        {
            if (!PodScopes.Contains(scope))
            {
                errors.Add(FieldError.Invalid("spec.scopes", all, "unsupported scope"));
            }
            else if ((spec.Child("hard") ?? []).Any(h => !QuotaScopes.Tracks(scope, h.Key)))
            {
                errors.Add(FieldError.Invalid("spec.scopes", all, "unsupported scope applied to resource"));
            }
        }

        if ((scopes.Contains("BestEffort") && scopes.Contains("NotBestEffort")) || (scopes.Contains("Terminating") && scopes.Contains("NotTerminating")))
        {
            errors.Add(FieldError.Invalid("spec.scopes", all, "conflicting scopes"));
        }
    }

    private static void ValidateSelector(JsonObject? spec, ICollection<FieldError> errors)
    {
        foreach ((JsonObject expression, int i) in spec.Child("scopeSelector").Items("matchExpressions"))
        {
            string path = $"spec.scopeSelector.matchExpressions[{i}]";
            string scope = expression.Text("scopeName") ?? "", op = expression.Text("operator") ?? "";
            int values = expression.Array("values")?.Count ?? 0;
            if (!PodScopes.Contains(scope))
            {
                errors.Add(FieldError.Invalid($"{path}.scopeName", scope, "unsupported scope"));
            }
            else if ((spec.Child("hard") ?? []).Any(h => !QuotaScopes.Tracks(scope, h.Key)))
            {
                errors.Add(FieldError.Invalid("spec.scopeSelector.matchExpressions", scope, "unsupported scope applied to resource"));
            }
            else if (scope != "PriorityClass" && op != "Exists")
            {
                errors.Add(FieldError.Invalid($"{path}.operator", op, $"must be 'Exists' when scope is {scope}"));
            }

            switch (op)
            {
                case "In" or "NotIn" when values == 0:
                    errors.Add(FieldError.Required($"{path}.values", "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
                    break;
                case "Exists" or "DoesNotExist" when values > 0:
                    errors.Add(FieldError.Invalid($"{path}.values", string.Join(",", expression.Texts("values")), "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector"));
                    break;
                case "In" or "NotIn" or "Exists" or "DoesNotExist":
                    break;
                default:
                    errors.Add(FieldError.Invalid($"{path}.operator", op, "not a valid selector operator"));
                    break;
            }
        }
    }
}
