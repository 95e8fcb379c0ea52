using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Security.Tokens;

/// <summary>
/// Discovery of the issuer of service accounts' tokens (OpenID Connect Discovery 1.0), so that others can check them:
/// <c>/.well-known/openid-configuration</c> and <c>/openid/v1/jwks</c>.
/// </summary>
public static class IssuerEndpoints
{
    private const string Configuration = "/.well-known/openid-configuration";
    private const string KeySet = "/openid/v1/jwks";

    /// <summary>Put it after the API's pipeline, which authenticates and authorizes.</summary>
    public static IApplicationBuilder UseIssuerEndpoints(this IApplicationBuilder app)
    {
        var signer = app.ApplicationServices.GetRequiredService<TokenSigner>();
        var options = app.ApplicationServices.GetRequiredService<SecurityOptions>();
        return app.Use(next => async context =>
        {
            switch (context.Request.Path.Value)
            {
                case Configuration:
                    await JsonResponse.WriteAsync(context, 200, JsonBuffer.Serialize(Document(options, $"https://{context.Request.Host}{KeySet}")));
                    break;
                case KeySet:
                    await JsonResponse.WriteAsync(context, 200, JsonBuffer.Serialize(signer.KeySet()), "application/jwk-set+json");
                    break;
                default:
                    await next(context);
                    break;
            }
        });
    }

    private static JsonObject Document(SecurityOptions options, string keySet) => new()
    {
        ["issuer"] = options.ServiceAccountIssuer,
        ["jwks_uri"] = keySet,
        ["response_types_supported"] = new JsonArray("id_token"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("ES256"),
    };
}
