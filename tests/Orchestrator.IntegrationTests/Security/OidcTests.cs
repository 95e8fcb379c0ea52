using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Oidc;
using Orchestrator.Api.Security.Pki;
using Orchestrator.IntegrationTests.Cluster;
using Orchestrator.Testing;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Security;

/// <summary>Users of an OpenID Connect provider, which runs in the test.</summary>
public sealed class OidcTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly TemporaryDirectory _provider = new();
    private readonly RSA _key = RSA.Create(2048);
    private AgentDouble _endpoint = null!;
    private TestServer _server = null!;

    private string Issuer => $"https://127.0.0.1:{_endpoint.Port}";

    public async ValueTask InitializeAsync()
    {
        using var certificates = ClusterCertificates.Open(_provider.Path, [], TimeProvider.System);
        string pki = ClusterCertificates.PkiDirectory(_provider.Path);
        _endpoint = await AgentDouble.StartAsync(
            X509Certificate2.CreateFromPemFile(Path.Combine(pki, "apiserver.crt"), Path.Combine(pki, "apiserver.key")), AnswerAsync);
        _server = await TestServer.StartAsync(postgres, adjust: options => options with
        {
            Security = new SecurityOptions
            {
                Oidc = new OidcOptions
                {
                    IssuerUrl = new Uri(Issuer),
                    ClientId = "cluster",
                    UsernameClaim = "email",
                    UsernamePrefix = "oidc:",
                    GroupsClaim = "groups",
                    GroupsPrefix = "oidc:",
                    RequiredClaims = new Dictionary<string, string> { ["tenant"] = "ours" },
                    CaFile = Path.Combine(pki, "ca.crt"),
                },
            },
        });
        await Eventually.TrueAsync(async () =>
        {
            using HttpClient http = _server.Http();
            return (await http.GetAsync(new Uri("/readyz", UriKind.Relative))).IsSuccessStatusCode;
        }, "readiness of the server");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _endpoint.DisposeAsync();
        _key.Dispose();
        _provider.Dispose();
    }

    [Fact]
    public async Task The_providers_users_come_with_their_prefixed_names_and_groups()
    {
        using HttpClient client = Client(Token(_ => { }));
        using HttpResponseMessage response = await client.PostAsync(
            new Uri("/apis/authentication.k8s.io/v1/selfsubjectreviews", UriKind.Relative), new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        JsonNode user = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["status"]!["userInfo"]!;
        Assert.Equal("oidc:alice@example.com", (string?)user["username"]);
        Assert.Equal(["oidc:dev", "oidc:ops", "system:authenticated"], user["groups"]!.AsArray().Select(g => (string?)g));

        using RSA other = RSA.Create(2048);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Token(_ => { })));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Token(c => c["aud"] = "another")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Token(c => c["iss"] = "https://127.0.0.1:1")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Token(c => c["exp"] = TimeProvider.System.GetUtcNow().AddMinutes(-1).ToUnixTimeSeconds())));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Token(c => c.Remove("exp"))));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Token(c => c["tenant"] = "theirs")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Token(c => c.Remove("tenant"))));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Token(c => c.Remove("email"))));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Token(c => c["email_verified"] = false)));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Token(_ => { }, other)));
    }

    private string Token(Action<JsonObject> change, RSA? key = null)
    {
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["aud"] = "cluster",
            ["exp"] = TimeProvider.System.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds(),
            ["sub"] = "4711",
            ["email"] = "alice@example.com",
            ["email_verified"] = true,
            ["groups"] = new JsonArray("dev", "ops"),
            ["tenant"] = "ours",
        };
        change(claims);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            claims.ToJsonString(), new SigningCredentials(new RsaSecurityKey(key ?? _key) { KeyId = "k1" }, SecurityAlgorithms.RsaSha256));
    }

    private Task AnswerAsync(HttpContext context)
    {
        RSAParameters key = _key.ExportParameters(false);
        JsonObject? answer = context.Request.Path.Value switch
        {
            "/.well-known/openid-configuration" => new JsonObject { ["issuer"] = Issuer, ["jwks_uri"] = $"{Issuer}/keys" },
            "/keys" => new JsonObject
            {
                ["keys"] = new JsonArray(new JsonObject
                {
                    ["kty"] = "RSA",
                    ["use"] = "sig",
                    ["kid"] = "k1",
                    ["alg"] = "RS256",
                    ["n"] = Base64UrlEncoder.Encode(key.Modulus!),
                    ["e"] = Base64UrlEncoder.Encode(key.Exponent!),
                }),
            },
            _ => null,
        };
        context.Response.StatusCode = answer is null ? 404 : 200;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(answer?.ToJsonString() ?? "");
    }

    private HttpClient Client(string token)
    {
        HttpClient client = _server.Http(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private async Task<HttpStatusCode> StatusAsync(string token)
    {
        using HttpClient client = Client(token);
        return (await client.GetAsync(new Uri("/version", UriKind.Relative))).StatusCode;
    }
}
