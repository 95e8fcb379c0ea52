using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Security.Rbac;

/// <summary>A Role or ClusterRole, read once per revision.</summary>
internal sealed record CompiledRole(StoredObject Stored, IReadOnlyList<PolicyRule> Rules)
{
    public static CompiledRole Read(StoredObject stored)
    {
        var obj = JsonTree.ParseStored(stored.Json);
        return new CompiledRole(stored, [.. obj.Items("rules").Select(r => PolicyRule.Read(r.Item))]);
    }
}

/// <param name="IsGroup">True for groups; false for users, as which service accounts appear too.</param>
/// <param name="Name">Name of the user or group.</param>
/// <param name="Reason">What is said of a request that this subject's binding allows.</param>
internal sealed record CompiledSubject(bool IsGroup, string Name, string Reason);

/// <summary>A RoleBinding or ClusterRoleBinding, read once per revision.</summary>
/// <param name="Stored">The object.</param>
/// <param name="RoleIsNamespaced">True where the role is a Role of the binding's namespace.</param>
/// <param name="RoleName">Name of the role.</param>
/// <param name="Subjects">Whom it is granted to.</param>
internal sealed record CompiledBinding(StoredObject Stored, bool RoleIsNamespaced, string RoleName, IReadOnlyList<CompiledSubject> Subjects)
{
    public static CompiledBinding Read(StoredObject stored)
    {
        var obj = JsonTree.ParseStored(stored.Json);
        var role = obj.Child("roleRef");
        var (ns, name) = (stored.Key.Namespace, stored.Key.Name);
        var (roleKind, roleName) = (role.Text("kind") ?? "", role.Text("name") ?? "");
        var binding = ns.Length == 0 ? $"ClusterRoleBinding \"{name}\"" : $"RoleBinding \"{name}/{ns}\"";
        return new CompiledBinding(
            stored,
            roleKind == "Role",
            roleName,
            [.. obj.Items("subjects").Select(s => Read(s.Item, ns, $"RBAC: allowed by {binding} of {roleKind} \"{roleName}\" to ")).OfType<CompiledSubject>()]);
    }

    private static CompiledSubject? Read(JsonObject subject, string bindingNamespace, string reason)
    {
        var name = subject.Text("name") ?? "";
        switch (subject.Text("kind"))
        {
            case "User":
                return new CompiledSubject(false, name, $"{reason}User \"{name}\"");
            case "Group":
                return new CompiledSubject(true, name, $"{reason}Group \"{name}\"");
            case "ServiceAccount":
                // A RoleBinding may leave the namespace out where it is its own.
                var ns = subject.Text("namespace") is { Length: > 0 } given ? given : bindingNamespace;
                return ns.Length == 0 ? null : new CompiledSubject(false, ServiceAccountName.User(ns, name), $"{reason}ServiceAccount \"{name}/{ns}\"");
            default:
                return null;
        }
    }
}
