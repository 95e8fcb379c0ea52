using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Selectors;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Webhooks;

/// <summary>Configurations of admission webhooks, mutating ones and validating ones: they differ in whether a webhook may ask to be called again.</summary>
internal sealed class WebhookConfigurationRules(bool isMutating) : IKindRules
{
    private const int DefaultTimeoutSeconds = 10;
    private const int MaxTimeoutSeconds = 30;

    public void Default(JsonObject obj)
    {
        foreach ((JsonObject webhook, _) in obj.Items("webhooks"))
        {
            webhook.DefaultIfEmpty("failurePolicy", "Fail");
            webhook.DefaultIfEmpty("matchPolicy", "Equivalent");
            webhook.Default("timeoutSeconds", DefaultTimeoutSeconds);
            webhook.ObjectOrNew("namespaceSelector");
            webhook.ObjectOrNew("objectSelector");
            webhook.Child("clientConfig", "service")?.Default("port", 443);
            if (isMutating)
            {
                webhook.DefaultIfEmpty("reinvocationPolicy", "Never");
            }

            foreach ((JsonObject rule, _) in webhook.Items("rules"))
            {
                rule.DefaultIfEmpty("scope", "*");
            }
        }
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((JsonObject webhook, int i) in obj.Items("webhooks"))
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"webhooks[{i}]");
            Validate(webhook, path, errors);
            if (webhook.Text("name") is { Length: > 0 } name && !names.Add(name))
            {
                errors.Add(FieldError.Duplicate($"{path}.name", name));
            }
        }
    }

    private void Validate(JsonObject webhook, string path, ICollection<FieldError> errors)
    {
        errors.CheckRequired($"{path}.name", webhook.Text("name"), NameRules.FullyQualifiedName);
        foreach ((JsonObject rule, int i) in webhook.Items("rules"))
        {
            WebhookRuleRules.Validate(rule, string.Create(CultureInfo.InvariantCulture, $"{path}.rules[{i}]"), errors);
        }

        errors.CheckOneOf($"{path}.failurePolicy", webhook.Text("failurePolicy"), "Fail", "Ignore");
        errors.CheckOneOf($"{path}.matchPolicy", webhook.Text("matchPolicy"), "Equivalent", "Exact");
        if (isMutating)
        {
            errors.CheckOneOf($"{path}.reinvocationPolicy", webhook.Text("reinvocationPolicy"), "IfNeeded", "Never");
        }

        if (string.IsNullOrEmpty(webhook.Text("sideEffects")))
        {
            errors.Add(FieldError.Required($"{path}.sideEffects", "must specify one of None, NoneOnDryRun"));
        }

        errors.CheckOneOf($"{path}.sideEffects", webhook.Text("sideEffects"), "None", "NoneOnDryRun");
        if (webhook.Integer("timeoutSeconds") is { } seconds and not (>= 1 and <= MaxTimeoutSeconds))
        {
            errors.Add(FieldError.Invalid($"{path}.timeoutSeconds", seconds, "the timeout value must be between 1 and 30 seconds"));
        }

        SelectorObject.Validate(webhook.Child("namespaceSelector"), $"{path}.namespaceSelector", errors);
        SelectorObject.Validate(webhook.Child("objectSelector"), $"{path}.objectSelector", errors);
        WebhookClientRules.Validate(webhook.Child("clientConfig"), $"{path}.clientConfig", errors);
        ValidateReviewVersions(webhook, $"{path}.admissionReviewVersions", errors);
        MatchConditions.Validate(webhook, $"{path}.matchConditions", errors);
    }

    private static void ValidateReviewVersions(JsonObject webhook, string path, ICollection<FieldError> errors)
    {
        string[] versions = [.. webhook.Texts("admissionReviewVersions")];
        if (versions.Length == 0)
        {
            errors.Add(FieldError.Required(path, "must specify one of v1, v1beta1"));
            return;
        }

        for (int i = 0; i < versions.Length; i++)
        {
            string at = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (versions.AsSpan(0, i).Contains(versions[i]))
            {
                errors.Add(FieldError.Invalid(at, versions[i], "duplicate version"));
            }

            errors.CheckRequired(at, versions[i], NameRules.DnsLabel1035);
        }

        if (!versions.Any(v => v is "v1" or "v1beta1"))
        {
            errors.Add(FieldError.Invalid(path, string.Join(", ", versions), "must include at least one of v1, v1beta1"));
        }
    }
}
