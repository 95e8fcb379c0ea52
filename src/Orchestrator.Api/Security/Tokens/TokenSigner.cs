using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Orchestrator.Api.Security.Pki;

namespace Orchestrator.Api.Security.Tokens;

/// <summary>Signs and verifies tokens of service accounts (JWT, ES256) with the cluster's key.</summary>
internal sealed class TokenSigner
{
    private const string Algorithm = SecurityAlgorithms.EcdsaSha256;

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };
    private readonly ECDsaSecurityKey _key;
    private readonly ECParameters _public;

    public TokenSigner(ClusterCertificates certificates)
    {
        var key = certificates.ServiceAccountKey;
        _public = key.ExportParameters(includePrivateParameters: false);
        _key = new ECDsaSecurityKey(key) { KeyId = Base64UrlEncoder.Encode(SHA256.HashData(key.ExportSubjectPublicKeyInfo())) };
    }

    public string Sign(JsonObject claims) => _handler.CreateToken(claims.ToJsonString(), new SigningCredentials(_key, Algorithm));

    /// <summary>The token where it is well-formed and signed by the cluster's key; nothing else of it is checked. Null otherwise.</summary>
    public async ValueTask<JsonWebToken?> VerifyAsync(string token)
    {
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = _key,
            ValidAlgorithms = [Algorithm],
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return result.IsValid ? (JsonWebToken)result.SecurityToken : null;
    }

    /// <summary>The public key as a JSON Web Key Set (RFC 7517).</summary>
    public JsonObject KeySet() => new()
    {
        ["keys"] = new JsonArray(new JsonObject
        {
            ["use"] = "sig",
            ["kty"] = "EC",
            ["kid"] = _key.KeyId,
            ["crv"] = "P-256",
            ["alg"] = Algorithm,
            ["x"] = Base64UrlEncoder.Encode(_public.Q.X!),
            ["y"] = Base64UrlEncoder.Encode(_public.Q.Y!),
        }),
    };
}
