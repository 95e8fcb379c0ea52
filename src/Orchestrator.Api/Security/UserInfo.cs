using System.Collections.Frozen;

namespace Orchestrator.Api.Security;

/// <summary>Who sends a request.</summary>
/// <param name="Name">User name, of a client certificate its CN.</param>
/// <param name="Groups">Groups, of a client certificate its Os, and <c>system:authenticated</c>.</param>
public sealed record UserInfo(string Name, IReadOnlyList<string> Groups)
{
    /// <summary>Group of whoever has been authenticated.</summary>
    public const string AuthenticatedGroup = "system:authenticated";

    /// <summary>Tells users of one name apart over time, where the authenticator can; else empty.</summary>
    public string Uid { get; init; } = "";

    /// <summary>What else the authenticator knows: of a bound token the pod and the node.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = FrozenDictionary<string, IReadOnlyList<string>>.Empty;

    public bool IsIn(string group)
    {
        for (var i = 0; i < Groups.Count; i++)
        {
            if (string.Equals(Groups[i], group, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
