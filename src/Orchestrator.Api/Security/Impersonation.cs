using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Security;

/// <summary>
/// Lets a user act as another (<c>Impersonate-User</c>, <c>-Group</c>, <c>-Uid</c>, <c>-Extra-KEY</c>; <c>kubectl --as</c>), who may: each of the name, the groups,
/// the uid and the extra values takes the verb <c>impersonate</c> on it.
/// </summary>
internal sealed class Impersonation(AuthorizerChain authorizers)
{
    private const string UserHeader = "Impersonate-User";
    private const string GroupHeader = "Impersonate-Group";
    private const string UidHeader = "Impersonate-Uid";
    private const string ExtraPrefix = "Impersonate-Extra-";
    private const string Verb = "impersonate";
    private const string AuthenticationGroup = "authentication.k8s.io";
    private const string Anonymous = "system:anonymous";
    private const string UnauthenticatedGroup = "system:unauthenticated";

    public static bool IsAsked(IHeaderDictionary headers) =>
        headers.ContainsKey(UserHeader) || headers.ContainsKey(GroupHeader) || headers.ContainsKey(UidHeader);

    /// <summary>The user that the request is served as.</summary>
    public async ValueTask<Outcome<UserInfo>> ApplyAsync(IHeaderDictionary headers, UserInfo user, CancellationToken cancel)
    {
        var name = headers[UserHeader].ToString();
        if (name.Length == 0)
        {
            return StatusErrors.BadRequest($"requested groups, uid or extra values without impersonating a user: the header {UserHeader} is missing");
        }

        var asked = Read(headers, name);
        foreach (var request in Requests(headers, asked))
        {
            if (await authorizers.RefusalAsync(user, request, cancel) is { } refusal)
            {
                return refusal;
            }
        }

        return asked;
    }

    private static UserInfo Read(IHeaderDictionary headers, string name)
    {
        List<string> groups = [.. headers[GroupHeader].OfType<string>()];
        if (groups.Count == 0 && ServiceAccountName.TryParse(name, out var ns, out _))
        {
            groups.AddRange(ServiceAccountName.Groups(ns));
        }

        var common = name == Anonymous ? UnauthenticatedGroup : UserInfo.AuthenticatedGroup;
        if (!groups.Contains(common, StringComparer.Ordinal) && !groups.Contains(UnauthenticatedGroup, StringComparer.Ordinal))
        {
            groups.Add(common);
        }

        return new UserInfo(name, groups) { Uid = headers[UidHeader].ToString(), Extra = Extra(headers) };
    }

    private static Dictionary<string, IReadOnlyList<string>> Extra(IHeaderDictionary headers) => headers
        .Where(h => h.Key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
        .ToDictionary(
            h => Uri.UnescapeDataString(h.Key[ExtraPrefix.Length..].ToLowerInvariant()),
            h => (IReadOnlyList<string>)[.. h.Value.OfType<string>()],
            StringComparer.Ordinal);

    /// <summary>What must be allowed. Groups that follow from the name need no right of their own.</summary>
    private static IEnumerable<RequestInfo> Requests(IHeaderDictionary headers, UserInfo asked)
    {
        yield return ServiceAccountName.TryParse(asked.Name, out var ns, out var account)
            ? AskedRequest.OfResource(Verb, "", "v1", "serviceaccounts", "", ns, account)
            : AskedRequest.OfResource(Verb, "", "v1", "users", "", "", asked.Name);
        foreach (var group in headers[GroupHeader].OfType<string>())
        {
            yield return AskedRequest.OfResource(Verb, "", "v1", "groups", "", "", group);
        }

        if (asked.Uid.Length > 0)
        {
            yield return AskedRequest.OfResource(Verb, AuthenticationGroup, "v1", "uids", "", "", asked.Uid);
        }

        foreach (var (key, values) in asked.Extra)
        {
            foreach (var value in values)
            {
                yield return AskedRequest.OfResource(Verb, AuthenticationGroup, "v1", "userextras", key, "", value);
            }
        }
    }
}
