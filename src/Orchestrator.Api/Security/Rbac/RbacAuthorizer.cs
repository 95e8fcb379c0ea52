using Orchestrator.Api.Requests;

namespace Orchestrator.Api.Security.Rbac;

/// <summary>Allows what Roles and ClusterRoles grant by their bindings. Refuses nothing: another authorizer may allow.</summary>
internal sealed class RbacAuthorizer(RbacPolicy policy) : IAuthorizer
{
    public ValueTask<AuthorizationDecision> AuthorizeAsync(UserInfo user, RequestInfo request, CancellationToken cancel)
    {
        var snapshot = policy.Current;
        if (snapshot.Allows(user, request) is { } reason)
        {
            return new(new AuthorizationDecision(true, reason));
        }

        var latest = policy.Latest();
        reason = ReferenceEquals(latest, snapshot) ? null : latest.Allows(user, request);
        return new(reason is not null ? new AuthorizationDecision(true, reason) : AuthorizationDecision.Deny(latest.MissingRoles(user, request.AuthorizationNamespace)));
    }
}
