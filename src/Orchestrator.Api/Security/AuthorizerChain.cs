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
        var reason = "";
        foreach (var authorizer in _authorizers)
        {
            var decision = await authorizer.AuthorizeAsync(user, request, cancel);
            if (decision.Allowed)
            {
                return null;
            }

            reason = decision.Reason.Length > 0 ? decision.Reason : reason;
        }

        return StatusErrors.Forbidden(user, request, reason);
    }
}
