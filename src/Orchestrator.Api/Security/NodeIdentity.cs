using Orchestrator.Model;

namespace Orchestrator.Api.Security;

/// <summary>Recognises agents: users <c>system:node:NAME</c> in the group <c>system:nodes</c>. Either alone is nobody's node.</summary>
public static class NodeIdentity
{
    public const string UserPrefix = "system:node:";

    /// <summary>Name of the node whose agent the user is; null for others.</summary>
    public static string? NodeName(UserInfo user) =>
        user.Name.Length > UserPrefix.Length && user.Name.StartsWith(UserPrefix, StringComparison.Ordinal) && user.IsIn(WellKnown.NodesGroup)
            ? user.Name[UserPrefix.Length..]
            : null;
}
