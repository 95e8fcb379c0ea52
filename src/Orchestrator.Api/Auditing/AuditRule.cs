using Orchestrator.Api.Requests;
using Orchestrator.Api.Security;

namespace Orchestrator.Api.Auditing;

/// <param name="Group">API group.</param>
/// <param name="Resources">Plurals: <c>pods</c>, <c>pods/log</c>, <c>pods/*</c>, <c>*/scale</c>, <c>*</c>; none means all of the group.</param>
/// <param name="Names">Names of objects; none means all.</param>
internal sealed record AuditResources(string Group, IReadOnlyList<string> Resources, IReadOnlyList<string> Names)
{
    public bool Match(RequestInfo request) =>
        Group == request.Group
        && (Names.Count == 0 || Names.Contains(request.Name, StringComparer.Ordinal))
        && (Resources.Count == 0 || Resources.Any(r => Matches(r, request.Resource, request.Subresource)));

    private static bool Matches(string named, string resource, string subresource)
    {
        if (named == "*" || (subresource.Length == 0 ? named == resource : named == $"{resource}/{subresource}"))
        {
            return true;
        }

        var slash = named.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && subresource.Length > 0
            && ((named[..slash] == "*" && named[(slash + 1)..] == subresource) || (named[(slash + 1)..] == "*" && named[..slash] == resource));
    }
}

/// <summary>One rule of an audit policy. A request must match everything that the rule names; of what it does not name, anything matches.</summary>
internal sealed record AuditRule
{
    public required AuditLevel Level { get; init; }

    public IReadOnlyList<string> Users { get; init; } = [];

    public IReadOnlyList<string> UserGroups { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = [];

    public IReadOnlyList<AuditResources> Resources { get; init; } = [];

    /// <summary>The empty string is the cluster scope.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public IReadOnlyList<string> NonResourceUrls { get; init; } = [];

    public IReadOnlyList<AuditStage> OmitStages { get; init; } = [];

    public bool? OmitManagedFields { get; init; }

    /// <param name="user">Who sends it; null where nobody has been recognised.</param>
    /// <param name="request">The request.</param>
    public bool Matches(UserInfo? user, RequestInfo request)
    {
        if ((Users.Count > 0 && !(user is not null && Users.Contains(user.Name, StringComparer.Ordinal)))
            || (UserGroups.Count > 0 && !(user is not null && UserGroups.Any(user.IsIn)))
            || (Verbs.Count > 0 && !Verbs.Contains(request.Verb, StringComparer.Ordinal)))
        {
            return false;
        }

        if (Namespaces.Count > 0 || Resources.Count > 0)
        {
            return request.IsResource
                && (Namespaces.Count == 0 || Namespaces.Contains(request.AuthorizationNamespace, StringComparer.Ordinal))
                && (Resources.Count == 0 || Resources.Any(r => r.Match(request)));
        }

        return NonResourceUrls.Count == 0 || (!request.IsResource && NonResourceUrls.Any(u => MatchesPath(u, request.Path)));
    }

    private static bool MatchesPath(string url, string path) =>
        url == "*" || url == path || (url.EndsWith('*') && path.StartsWith(url[..^1], StringComparison.Ordinal));
}
