using Orchestrator.Api.Requests;
using Orchestrator.Model;

namespace Orchestrator.Api.Security.Authorization;

/// <summary>Administrators (<c>system:masters</c>) may do everything.</summary>
public sealed class MastersAuthorizer : IAuthorizer
{
    public ValueTask<AuthorizationDecision> AuthorizeAsync(UserInfo user, RequestInfo request, CancellationToken cancel) =>
        new(user.IsIn(WellKnown.MastersGroup) ? AuthorizationDecision.Allow : AuthorizationDecision.NoOpinion);
}
