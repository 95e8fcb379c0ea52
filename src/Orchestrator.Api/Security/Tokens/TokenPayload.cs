using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Orchestrator.Api.Security.Tokens;

/// <summary>The claims of JWTs as they are: the library's own reading of them changes types.</summary>
internal static class TokenPayload
{
    /// <param name="token">A token whose signature has been verified.</param>
    public static JsonObject Read(JsonWebToken token) => JsonNode.Parse(Base64UrlEncoder.Decode(token.EncodedPayload)) as JsonObject ?? [];

    /// <summary>What the token says its issuer is, before anything of it is checked; null where it is no token.</summary>
    public static string? IssuerOf(string token)
    {
        try
        {
            return new JsonWebToken(token).Issuer;
        }
        catch (Exception e) when (e is ArgumentException or JsonException or FormatException)
        {
            // Three parts between dots, but no JSON in them.
            return null;
        }
    }
}
