namespace Orchestrator.Api.Security;

/// <summary>Who sends a request.</summary>
/// <param name="Name">User name, of a client certificate its CN.</param>
/// <param name="Groups">Groups, of a client certificate its Os, and <c>system:authenticated</c>.</param>
public sealed record UserInfo(string Name, IReadOnlyList<string> Groups)
{
    public bool IsIn(string group) => Groups.Contains(group, StringComparer.Ordinal);
}
