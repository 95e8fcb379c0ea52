namespace Orchestrator.Api.Security;

/// <summary>Service accounts as users: <c>system:serviceaccount:NAMESPACE:NAME</c>.</summary>
public static class ServiceAccountName
{
    public const string UserPrefix = "system:serviceaccount:";
    public const string AllGroup = "system:serviceaccounts";

    public static string User(string ns, string name) => $"{UserPrefix}{ns}:{name}";

    /// <summary>The groups that every account of the namespace is in.</summary>
    public static IReadOnlyList<string> Groups(string ns) => [AllGroup, $"{AllGroup}:{ns}"];

    /// <summary>Takes a user's name apart; false where it is no service account's.</summary>
    public static bool TryParse(string user, out string ns, out string name)
    {
        ns = name = "";
        if (!user.StartsWith(UserPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = user[UserPrefix.Length..];
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || colon == rest.Length - 1 || rest.IndexOf(':', colon + 1) >= 0)
        {
            return false;
        }

        (ns, name) = (rest[..colon], rest[(colon + 1)..]);
        return true;
    }
}
