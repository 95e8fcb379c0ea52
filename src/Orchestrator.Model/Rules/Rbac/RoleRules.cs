using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Rbac;

/// <summary>Rules of Roles: each is about resources or about paths, and says which verbs.</summary>
internal sealed class RoleRules : IKindRules
{
    public void Default(JsonObject obj)
    {
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors) => PolicyRuleRules.Validate(obj, isNamespaced: true, errors);
}

/// <summary>As <see cref="RoleRules"/>; also selectors of the roles whose rules are gathered.</summary>
internal sealed class ClusterRoleRules : IKindRules
{
    public void Default(JsonObject obj)
    {
        // The rules of an aggregated role are written by the controller: null from a manifest means none yet.
        if (obj.Child("aggregationRule") is not null && obj["rules"] is null)
        {
            obj["rules"] = new JsonArray();
        }
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        PolicyRuleRules.Validate(obj, isNamespaced: false, errors);
        if (obj.Child("aggregationRule") is not { } aggregation)
        {
            return;
        }

        if (aggregation.Array("clusterRoleSelectors") is not { Count: > 0 })
        {
            errors.Add(FieldError.Required("aggregationRule.clusterRoleSelectors", "at least one clusterRoleSelector required if aggregationRule is non-nil"));
        }

        foreach ((JsonObject selector, int i) in aggregation.Items("clusterRoleSelectors"))
        {
            ValidateSelector(selector, $"aggregationRule.clusterRoleSelectors[{i}]", errors);
        }
    }

    private static void ValidateSelector(JsonObject selector, string path, ICollection<FieldError> errors)
    {
        SelectorRules.ValidateMap(selector.Child("matchLabels"), $"{path}.matchLabels", errors);
        foreach ((JsonObject expression, int i) in selector.Items("matchExpressions"))
        {
            string at = $"{path}.matchExpressions[{i}]";
            errors.CheckRequired($"{at}.key", expression.Text("key"), NameRules.QualifiedName);
            SelectorRules.ValidateOperator(expression, at, errors);
        }
    }
}

/// <summary>Validation of <c>rules</c> (Kubernetes' <c>ValidatePolicyRule</c>).</summary>
internal static class PolicyRuleRules
{
    public static void Validate(JsonObject role, bool isNamespaced, ICollection<FieldError> errors)
    {
        foreach ((JsonObject rule, int i) in role.Items("rules"))
        {
            ValidateRule(rule, $"rules[{i}]", isNamespaced, errors);
        }
    }

    private static void ValidateRule(JsonObject rule, string path, bool isNamespaced, ICollection<FieldError> errors)
    {
        if (!Has(rule, "verbs"))
        {
            errors.Add(FieldError.Required($"{path}.verbs", "verbs must contain at least one value"));
        }

        if (Has(rule, "nonResourceURLs"))
        {
            if (isNamespaced)
            {
                errors.Add(OfUrls(rule, path, "namespaced rules cannot apply to non-resource URLs"));
            }

            if (Has(rule, "apiGroups") || Has(rule, "resources") || Has(rule, "resourceNames"))
            {
                errors.Add(OfUrls(rule, path, "rules cannot apply to both regular resources and non-resource URLs"));
            }

            return;
        }

        if (!Has(rule, "apiGroups"))
        {
            errors.Add(FieldError.Required($"{path}.apiGroups", "resource rules must supply at least one api group"));
        }

        if (!Has(rule, "resources"))
        {
            errors.Add(FieldError.Required($"{path}.resources", "resource rules must supply at least one resource"));
        }
    }

    private static bool Has(JsonObject rule, string member) => rule.Array(member) is { Count: > 0 };

    private static FieldError OfUrls(JsonObject rule, string path, string detail) =>
        new("FieldValueInvalid", $"{path}.nonResourceURLs", $"Invalid value: {rule["nonResourceURLs"]!.ToJsonString()}: {detail}");
}
