using k8s.Models;

namespace Orchestrator.Agent.Tokens;

/// <summary>A token of a pod's service account.</summary>
/// <param name="Text">The JWT.</param>
/// <param name="IssuedAt">By this machine's clock.</param>
/// <param name="ExpiresAt">As the API says.</param>
public sealed record PodToken(string Text, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);

/// <summary>Asks the API for tokens.</summary>
public interface ITokenIssuer
{
    /// <param name="pod">The pod that the token is bound to: it ends with it.</param>
    /// <param name="audience">For whom it is; empty for the API itself.</param>
    /// <param name="lifetimeSeconds">How long it is to hold.</param>
    /// <param name="cancel">Cancellation.</param>
    /// <exception cref="IOException">There is none now; says why.</exception>
    Task<PodToken> IssueAsync(V1Pod pod, string audience, long lifetimeSeconds, CancellationToken cancel);
}
