using Orchestrator.Api.Requests;

namespace Orchestrator.Api.Security;

/// <summary>Decides whether a user may do what a request asks. Several are asked in the order of registration; one allowing is enough.</summary>
public interface IAuthorizer
{
    ValueTask<AuthorizationDecision> AuthorizeAsync(UserInfo user, RequestInfo request, CancellationToken cancel);
}

/// <param name="Allowed">True: may be done. False: this authorizer does not allow it; another may.</param>
/// <param name="Reason">Why not, appended to the 403 message; empty where there is nothing to add.</param>
public readonly record struct AuthorizationDecision(bool Allowed, string Reason = "")
{
    public static readonly AuthorizationDecision Allow = new(true);

    public static readonly AuthorizationDecision NoOpinion = new(false);

    public static AuthorizationDecision Deny(string reason) => new(false, reason);
}
