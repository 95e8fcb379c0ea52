using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Rbac;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Kinds of <c>rbac.authorization.k8s.io/v1</c>: who may do what.</summary>
internal static class RbacKinds
{
    private const string Group = "rbac.authorization.k8s.io";

    private static readonly TableColumn CreatedAt =
        new("Created At", "date", "When the role was made.", Column.Always, (o, _) => o.Child("metadata").Text("creationTimestamp"));

    private static readonly IReadOnlyList<TableColumn> BindingColumns =
    [
        Column.Text("Role", "What is granted.", o => $"{o.Child("roleRef").Text("kind")}/{o.Child("roleRef").Text("name")}"),
        Column.Age(),
        Subjects("Users", "Users it is granted to.", "User", s => s.Text("name")),
        Subjects("Groups", "Groups it is granted to.", "Group", s => s.Text("name")),
        Subjects("ServiceAccounts", "Service accounts it is granted to.", "ServiceAccount", s => $"{s.Text("namespace")}/{s.Text("name")}"),
    ];

    public static ResourceKind Role() => New("Role", "roles", typeof(V1Role)) with
    {
        Namespaced = true,
        Columns = [CreatedAt],
        ShowsAge = false,
        Rules = new RoleRules(),
    };

    public static ResourceKind ClusterRole() => New("ClusterRole", "clusterroles", typeof(V1ClusterRole)) with
    {
        Columns = [CreatedAt],
        ShowsAge = false,
        Rules = new ClusterRoleRules(),
    };

    public static ResourceKind RoleBinding() => New("RoleBinding", "rolebindings", typeof(V1RoleBinding)) with
    {
        Namespaced = true,
        Columns = BindingColumns,
        Rules = new RoleBindingRules(isNamespaced: true),
    };

    public static ResourceKind ClusterRoleBinding() => New("ClusterRoleBinding", "clusterrolebindings", typeof(V1ClusterRoleBinding)) with
    {
        Columns = BindingColumns,
        Rules = new RoleBindingRules(isNamespaced: false),
    };

    private static ResourceKind New(string kind, string plural, Type type) => new()
    {
        Group = Group,
        Version = "v1",
        Kind = kind,
        Plural = plural,
        Namespaced = false,
        ClrType = type,
        CreatesOnUpdate = true,
        // Names of the system's own roles have colons.
        NameFormat = NameFormat.PathSegment,
    };

    // Empty where there are none, not <none>, as users know these columns.
    private static TableColumn Subjects(string column, string description, string kind, Func<JsonObject, string?> name) => new(
        column, "string", description, Column.Wide,
        (o, _) => string.Join(", ", o.Items("subjects").Where(s => s.Item.Text("kind") == kind).Select(s => name(s.Item))));
}
