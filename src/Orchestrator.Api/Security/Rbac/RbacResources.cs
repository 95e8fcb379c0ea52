namespace Orchestrator.Api.Security.Rbac;

/// <summary>Storage names of the kinds that hold the policy.</summary>
internal static class RbacResources
{
    public const string Group = "rbac.authorization.k8s.io";
    public const string Roles = "roles." + Group;
    public const string ClusterRoles = "clusterroles." + Group;
    public const string RoleBindings = "rolebindings." + Group;
    public const string ClusterRoleBindings = "clusterrolebindings." + Group;

    public static readonly IReadOnlyList<string> All = [Roles, ClusterRoles, RoleBindings, ClusterRoleBindings];
}
