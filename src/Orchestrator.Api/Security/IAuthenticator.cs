using Microsoft.AspNetCore.Http;

namespace Orchestrator.Api.Security;

/// <summary>Finds out who sends a request. Several are asked in the order of registration; the first answer counts.</summary>
public interface IAuthenticator
{
    /// <summary>The user, or null where this authenticator recognises nobody: with no other left, that is 401.</summary>
    /// <remarks>Called for every request: what holds for a whole connection is kept with the connection.</remarks>
    ValueTask<UserInfo?> AuthenticateAsync(HttpContext context);
}
