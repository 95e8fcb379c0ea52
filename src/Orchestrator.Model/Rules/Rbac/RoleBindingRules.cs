using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Rbac;

/// <summary>Subjects and role of RoleBindings and ClusterRoleBindings. The role is fixed: what a binding grants does not change under those who may edit its subjects.</summary>
/// <param name="isNamespaced">True for RoleBindings.</param>
internal sealed class RoleBindingRules(bool isNamespaced) : IKindRules
{
    private const string Group = "rbac.authorization.k8s.io";

    public void Default(JsonObject obj)
    {
        obj.Child("roleRef")?.DefaultIfEmpty("apiGroup", Group);
        foreach ((JsonObject subject, _) in obj.Items("subjects"))
        {
            if (subject.Text("kind") is "User" or "Group")
            {
                subject.DefaultIfEmpty("apiGroup", Group);
            }
        }
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? role = obj.Child("roleRef");
        if (role.Text("apiGroup") != Group)
        {
            errors.Add(FieldError.NotSupported("roleRef.apiGroup", role.Text("apiGroup") ?? "", Group));
        }

        string[] kinds = isNamespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
        if (!kinds.Contains(role.Text("kind")))
        {
            errors.Add(FieldError.NotSupported("roleRef.kind", role.Text("kind") ?? "", kinds));
        }

        errors.CheckRequired("roleRef.name", role.Text("name"), PathSegment);
        foreach ((JsonObject subject, int i) in obj.Items("subjects"))
        {
            ValidateSubject(subject, $"subjects[{i}]", errors);
        }

        if (old is not null && !JsonNode.DeepEquals(role, old.Child("roleRef")))
        {
            errors.Add(new FieldError("FieldValueInvalid", "roleRef", $"Invalid value: {role?.ToJsonString() ?? "null"}: cannot change roleRef"));
        }
    }

    private void ValidateSubject(JsonObject subject, string path, ICollection<FieldError> errors)
    {
        string name = subject.Text("name") ?? "";
        string kind = subject.Text("kind") ?? "";
        string apiGroup = subject.Text("apiGroup") ?? "";
        if (name.Length == 0)
        {
            errors.Add(FieldError.Required($"{path}.name"));
        }

        switch (kind)
        {
            case "ServiceAccount":
                errors.Check($"{path}.name", name, NameRules.DnsSubdomain);
                if (apiGroup.Length > 0)
                {
                    errors.Add(FieldError.NotSupported($"{path}.apiGroup", apiGroup, ""));
                }

                if (!isNamespaced && string.IsNullOrEmpty(subject.Text("namespace")))
                {
                    errors.Add(FieldError.Required($"{path}.namespace"));
                }

                break;
            case "User" or "Group":
                if (apiGroup != Group)
                {
                    errors.Add(FieldError.NotSupported($"{path}.apiGroup", apiGroup, Group));
                }

                break;
            default:
                errors.Add(FieldError.NotSupported($"{path}.kind", kind, "ServiceAccount", "User", "Group"));
                break;
        }
    }

    private static string? PathSegment(string name) =>
        name is "." or ".." ? $"may not be '{name}'"
        : name.Contains('/', StringComparison.Ordinal) ? "may not contain '/'"
        : name.Contains('%', StringComparison.Ordinal) ? "may not contain '%'"
        : null;
}
