using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Webhooks;

/// <summary>What a webhook is called for: operations on resources of groups and versions.</summary>
internal static class WebhookRuleRules
{
    public static void Validate(JsonObject rule, string path, ICollection<FieldError> errors)
    {
        ValidateList(rule, "operations", path, "operations", errors);
        foreach ((string operation, int i) in rule.Texts("operations").Select((o, i) => (o, i)))
        {
            errors.CheckOneOf(string.Create(CultureInfo.InvariantCulture, $"{path}.operations[{i}]"), operation, "*", "CONNECT", "CREATE", "DELETE", "UPDATE");
        }

        ValidateList(rule, "apiGroups", path, "API groups", errors);
        ValidateList(rule, "apiVersions", path, "API versions", errors);
        foreach ((_, int i) in rule.Texts("apiVersions").Select((v, i) => (v, i)).Where(v => v.v.Length == 0))
        {
            errors.Add(FieldError.Required(string.Create(CultureInfo.InvariantCulture, $"{path}.apiVersions[{i}]")));
        }

        ValidateResources([.. rule.Texts("resources")], $"{path}.resources", errors);
        errors.CheckOneOf($"{path}.scope", rule.Text("scope"), "*", "Cluster", "Namespaced");
    }

    private static void ValidateList(JsonObject rule, string member, string path, string what, ICollection<FieldError> errors)
    {
        string[] values = [.. rule.Texts(member)];
        if (values.Length == 0)
        {
            errors.Add(FieldError.Required($"{path}.{member}"));
        }
        else if (values.Length > 1 && values.Contains("*"))
        {
            errors.Add(FieldError.Invalid($"{path}.{member}", Show(values), $"if '*' is present, must not specify other {what}"));
        }
    }

    private static void ValidateResources(string[] resources, string path, ICollection<FieldError> errors)
    {
        if (resources.Length == 0)
        {
            errors.Add(FieldError.Required(path));
        }

        for (int i = 0; i < resources.Length; i++)
        {
            string at = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (resources[i].Length == 0)
            {
                errors.Add(FieldError.Required(at));
                continue;
            }

            ReadOnlySpan<string> before = resources.AsSpan(0, i);
            if (resources[i].Split('/', 2) is not [var resource, var subresource])
            {
                continue;
            }

            if (before.Contains($"{resource}/*"))
            {
                errors.Add(FieldError.Invalid(at, resources[i], $"if '{resource}/*' is present, must not specify {resources[i]}"));
            }

            if (before.Contains($"*/{subresource}"))
            {
                errors.Add(FieldError.Invalid(at, resources[i], $"if '*/{subresource}' is present, must not specify {resources[i]}"));
            }
        }

        if (resources.Length > 1 && resources.Contains("*/*"))
        {
            errors.Add(FieldError.Invalid(path, Show(resources), "if '*/*' is present, must not specify other resources"));
        }

        if (resources.Contains("*") && resources.Any(r => r is not "*" && !r.Contains('/', StringComparison.Ordinal)))
        {
            errors.Add(FieldError.Invalid(path, Show(resources), "if '*' is present, must not specify other resources without subresources"));
        }
    }

    private static string Show(string[] values) => string.Join(", ", values);
}
