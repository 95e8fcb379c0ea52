using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Security;

/// <summary>All authorizers, asked one after another until one allows.</summary>
internal sealed class AuthorizerChain(IEnumerable<IAuthorizer> authorizers)
{
    private readonly IAuthorizer[] _authorizers = [.. authorizers];

    /// <summary>Null allows; otherwise 403 with the last reason that was given.</summary>
    public async ValueTask<StatusError?> RefusalAsync(UserInfo user, RequestInfo request, CancellationToken cancel)
    {
        var decision = await DecideAsync(user, request, cancel);
        return decision.Allowed ? null : StatusErrors.Forbidden(user, request, decision.Reason);
    }

    /// <summary>Whether the request is allowed and, where somebody says so, why or why not.</summary>
    public async ValueTask<AuthorizationDecision> DecideAsync(UserInfo user, RequestInfo request, CancellationToken cancel)
    {
        var reason = "";
        foreach (var authorizer in _authorizers)
        {
            var decision = await authorizer.AuthorizeAsync(user, request, cancel);
            if (decision.Allowed)
            {
                return decision;
            }

            reason = decision.Reason.Length > 0 ? decision.Reason : reason;
        }

        return AuthorizationDecision.Deny(reason);
    }
}
