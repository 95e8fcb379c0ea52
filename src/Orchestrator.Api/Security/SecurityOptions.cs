using Orchestrator.Api.Auditing;
using Orchestrator.Api.Security.Oidc;

namespace Orchestrator.Api.Security;

/// <summary>How users prove who they are, beyond certificates of the cluster's authority.</summary>
public sealed record SecurityOptions
{
    public const string DefaultIssuer = "https://kubernetes.default.svc.cluster.local";

    /// <summary>The <c>iss</c> of tokens of service accounts.</summary>
    public string ServiceAccountIssuer { get; init; } = DefaultIssuer;

    /// <summary>Audiences that the API answers to; none means the issuer alone.</summary>
    public IReadOnlyList<string> ApiAudiences { get; init; } = [];

    /// <summary>Tokens of another issuer; null for none.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary>What is recorded of requests; null for nothing.</summary>
    public AuditOptions? Audit { get; init; }

    internal IReadOnlyList<string> EffectiveAudiences => ApiAudiences.Count > 0 ? ApiAudiences : [ServiceAccountIssuer];
}
