using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Auditing;

/// <summary>Reads policies from YAML, and names everything that is wrong with one.</summary>
public static class AuditPolicyFile
{
    private const int MaxDepth = 16;

    private static readonly string[] PolicyFields = ["apiVersion", "kind", "metadata", "rules", "omitStages", "omitManagedFields"];
    private static readonly string[] RuleFields =
        ["level", "users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs", "omitStages", "omitManagedFields"];

    /// <param name="yaml">The policy.</param>
    /// <param name="errors">What is wrong with it.</param>
    /// <returns>Null where something is wrong.</returns>
    public static AuditPolicy? Parse(TextReader yaml, ICollection<FieldError> errors)
    {
        JsonObject? policy;
        try
        {
            policy = YamlTree.Parse(yaml, MaxDepth) as JsonObject;
        }
        catch (JsonException e)
        {
            errors.Add(FieldError.Invalid("policy", "<text>", e.Message));
            return null;
        }

        if (policy.Text("apiVersion") != "audit.k8s.io/v1" || policy.Text("kind") != "Policy")
        {
            errors.Add(FieldError.Invalid("kind", policy.Text("kind"), "must be Policy of audit.k8s.io/v1"));
            return null;
        }

        CheckFields(policy!, "", PolicyFields, errors);
        if (policy.Array("rules") is not { Count: > 0 })
        {
            errors.Add(FieldError.Required("rules", "a policy without rules records nothing"));
        }

        AuditRule[] rules = [.. policy.Items("rules").Select(r => Rule(r.Item, $"rules[{r.Index}]", errors))];
        var omitted = Stages(policy, "omitStages", errors);
        return errors.Count > 0 ? null : new AuditPolicy(rules, omitted, policy.Flag("omitManagedFields") ?? false);
    }

    private static AuditRule Rule(JsonObject rule, string path, ICollection<FieldError> errors)
    {
        CheckFields(rule, path + ".", RuleFields, errors);
        var level = AuditLevel.None;
        if (rule.Text("level") is not { Length: > 0 } text)
        {
            errors.Add(FieldError.Required($"{path}.level"));
        }
        else if (!Enum.TryParse(text, out level) || !Enum.GetNames<AuditLevel>().Contains(text))
        {
            errors.Add(FieldError.NotSupported($"{path}.level", text, Enum.GetNames<AuditLevel>()));
        }

        var isAboutResources = rule.Array("resources") is { Count: > 0 } || rule.Array("namespaces") is { Count: > 0 };
        if (isAboutResources && rule.Array("nonResourceURLs") is { Count: > 0 })
        {
            errors.Add(FieldError.Invalid($"{path}.nonResourceURLs", "<urls>", "rules cannot apply to both regular resources and non-resource URLs"));
        }

        foreach (var (url, i) in rule.Texts("nonResourceURLs").Select((u, i) => (u, i)))
        {
            var star = url.IndexOf('*', StringComparison.Ordinal);
            if (url != "*" && !(url.StartsWith('/') && (star < 0 || star == url.Length - 1)))
            {
                errors.Add(FieldError.Invalid($"{path}.nonResourceURLs[{i}]", url, "must begin with / and may have a * at its end only"));
            }
        }

        return new AuditRule
        {
            Level = level,
            Users = [.. rule.Texts("users")],
            UserGroups = [.. rule.Texts("userGroups")],
            Verbs = [.. rule.Texts("verbs")],
            Resources = [.. rule.Items("resources").Select(r => Resources(r.Item, $"{path}.resources[{r.Index}]", errors))],
            Namespaces = [.. rule.Texts("namespaces")],
            NonResourceUrls = [.. rule.Texts("nonResourceURLs")],
            OmitStages = Stages(rule, $"{path}.omitStages", errors),
            OmitManagedFields = rule.Flag("omitManagedFields"),
        };
    }

    private static AuditResources Resources(JsonObject named, string path, ICollection<FieldError> errors)
    {
        var group = named.Text("group") ?? "";
        if (group.Contains('/', StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid($"{path}.group", group, "must be a group without a version"));
        }

        string[] resources = [.. named.Texts("resources")];
        if (resources.Length == 0 && named.Texts("resourceNames").Any())
        {
            errors.Add(FieldError.Invalid($"{path}.resourceNames", "<names>", "using resourceNames requires at least one resource"));
        }

        return new AuditResources(group, resources, [.. named.Texts("resourceNames")]);
    }

    private static AuditStage[] Stages(JsonObject? owner, string path, ICollection<FieldError> errors)
    {
        var stages = new List<AuditStage>();
        foreach (var (text, i) in owner.Texts("omitStages").Select((t, i) => (t, i)))
        {
            if (Enum.TryParse(text, out AuditStage stage) && Enum.GetNames<AuditStage>().Contains(text))
            {
                stages.Add(stage);
            }
            else
            {
                errors.Add(FieldError.NotSupported($"{path}[{i}]", text, Enum.GetNames<AuditStage>()));
            }
        }

        return [.. stages];
    }

    /// <summary>A misspelt field would make a rule match more than its writer means.</summary>
    private static void CheckFields(JsonObject owner, string prefix, string[] known, ICollection<FieldError> errors)
    {
        foreach (var (name, _) in owner.Where(m => !known.Contains(m.Key)))
        {
            errors.Add(FieldError.Forbidden(prefix + name, "unknown field"));
        }
    }
}
