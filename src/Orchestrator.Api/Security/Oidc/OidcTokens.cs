using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Orchestrator.Api.Security.Tokens;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Security.Oidc;

/// <summary>
/// ID tokens of an OpenID Connect provider. Its discovery document and keys are fetched when the first token comes, kept, and fetched again (no more
/// often than the library allows) when a token is signed by a key that is not among them.
/// </summary>
internal sealed partial class OidcTokens : ITokenAuthenticator, IDisposable
{
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
    ];

    private static readonly TimeSpan FetchTimeout = TimeSpan.FromSeconds(10);

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly OidcOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<OidcTokens> _logger;
    private readonly HttpClient _http;
    private readonly ConfigurationManager<OpenIdConnectConfiguration> _provider;

    public OidcTokens(OidcOptions options, TimeProvider time, ILogger<OidcTokens> logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _http = new HttpClient(Handler(options)) { Timeout = FetchTimeout };
        _provider = new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{Issuer.TrimEnd('/')}/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(_http) { RequireHttps = true });
    }

    private string Issuer => _options.IssuerUrl.OriginalString;

    public async ValueTask<TokenVerdict?> JudgeAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel)
    {
        if (!_handler.CanReadToken(token) || TokenPayload.IssuerOf(token) != Issuer)
        {
            return null;
        }

        // The API is the client: tokens for other audiences than its own are for others to check.
        if (audiences.Count > 0 && !audiences.Contains(_options.ClientId, StringComparer.Ordinal))
        {
            return TokenVerdict.Invalid($"token audiences [{_options.ClientId}] is invalid for the target audiences [{string.Join(' ', audiences)}]");
        }

        try
        {
            var result = await ValidateAsync(token, cancel);
            if (!result.IsValid && result.Exception is SecurityTokenSignatureKeyNotFoundException)
            {
                _provider.RequestRefresh();
                result = await ValidateAsync(token, cancel);
            }

            return result.IsValid ? Read((JsonWebToken)result.SecurityToken) : TokenVerdict.Invalid($"oidc: verify token: {Describe(result.Exception)}");
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or HttpRequestException)
        {
            LogUnreachable(Issuer, e.InnerException?.Message ?? e.Message);
            return TokenVerdict.Invalid("oidc: the provider's keys cannot be fetched");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<TokenValidationResult> ValidateAsync(string token, CancellationToken cancel)
    {
        var configuration = await _provider.GetConfigurationAsync(cancel);
        return await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidAudience = _options.ClientId,
            ValidAlgorithms = Algorithms,
            IssuerSigningKeys = configuration.SigningKeys,
            RequireExpirationTime = true,
            LifetimeValidator = (notBefore, expires, _, _) =>
                expires > _time.GetUtcNow().UtcDateTime && (notBefore is null || notBefore <= _time.GetUtcNow().UtcDateTime),
        });
    }

    private TokenVerdict Read(JsonWebToken token)
    {
        var claims = TokenPayload.Read(token);
        foreach (var (claim, wanted) in _options.RequiredClaims)
        {
            if (claims.Text(claim) is not { } value)
            {
                return TokenVerdict.Invalid($"oidc: required claim {claim} not present in ID token");
            }

            if (value != wanted)
            {
                return TokenVerdict.Invalid($"oidc: required claim {claim} value does not match");
            }
        }

        if (claims.Text(_options.UsernameClaim) is not { Length: > 0 } name)
        {
            return TokenVerdict.Invalid($"oidc: parse username claims \"{_options.UsernameClaim}\": claim not present");
        }

        // An address that nobody has confirmed could be anybody's.
        if (_options.UsernameClaim == "email" && claims.Flag("email_verified") == false)
        {
            return TokenVerdict.Invalid("oidc: email not verified");
        }

        IEnumerable<string> groups = _options.GroupsClaim is { } claimed ? Groups(claims, claimed).Select(g => _options.GroupsPrefix + g) : [];
        return new TokenVerdict(
            new UserInfo(_options.EffectiveUsernamePrefix + name, [.. groups, UserInfo.AuthenticatedGroup]), [_options.ClientId], null);
    }

    private static IEnumerable<string> Groups(JsonObject claims, string claim) => claims.Text(claim) is { } one ? [one] : claims.Texts(claim);

    /// <summary>The library's messages may quote the token; the kind of failure says enough.</summary>
    private static string Describe(Exception? failure) => failure switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNoExpirationException => "token is expired or not valid yet",
        SecurityTokenInvalidAudienceException => "the token is for another audience",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException => "failed to verify signature",
        SecurityTokenInvalidAlgorithmException => "the token is signed by an algorithm that is not allowed",
        _ => "the token is not valid",
    };

    private static SocketsHttpHandler Handler(OidcOptions options)
    {
        var handler = new SocketsHttpHandler();
        if (options.CaFile is { } file)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return handler;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the keys of {Issuer} cannot be fetched: {Reason}")]
    private partial void LogUnreachable(string issuer, string reason);
}
