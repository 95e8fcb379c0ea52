namespace Orchestrator.Api.Security.Oidc;

/// <summary>Trust in the ID tokens of an OpenID Connect provider.</summary>
public sealed record OidcOptions
{
    /// <summary>The provider: an https URL, exactly as in the <c>iss</c> of its tokens. Its keys are found by discovery.</summary>
    public required Uri IssuerUrl { get; init; }

    /// <summary>Client that tokens must be for (<c>aud</c>).</summary>
    public required string ClientId { get; init; }

    /// <summary>Claim that is the user's name.</summary>
    public string UsernameClaim { get; init; } = "sub";

    /// <summary>Put before names, so that no provider can name a user of the system; null for <c>ISSUER#</c>, which with the claim <c>email</c> is nothing.</summary>
    public string? UsernamePrefix { get; init; }

    /// <summary>Claim with the user's groups, a string or an array of strings; null for none.</summary>
    public string? GroupsClaim { get; init; }

    public string GroupsPrefix { get; init; } = "";

    /// <summary>Claims that a token must have with exactly these values.</summary>
    public IReadOnlyDictionary<string, string> RequiredClaims { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Authorities (PEM) that the provider's certificate may be of; null for those that the machine trusts.</summary>
    public string? CaFile { get; init; }

    internal string EffectiveUsernamePrefix => UsernamePrefix ?? (UsernameClaim == "email" ? "" : $"{IssuerUrl.OriginalString}#");
}
