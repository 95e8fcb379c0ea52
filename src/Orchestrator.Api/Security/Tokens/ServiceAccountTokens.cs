using System.Collections.Concurrent;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Orchestrator.Api.Decoding;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Security.Tokens;

/// <summary>
/// Tokens of service accounts: signed by the cluster, for an audience, not expired, and naming objects that still exist. Signatures are remembered, because
/// checking one costs more than serving a small request; all else is looked at every time, so that a token ends with its pod.
/// </summary>
internal sealed class ServiceAccountTokens(TokenSigner signer, IObjectStore store, SecurityOptions options, TimeProvider time) : ITokenAuthenticator
{
    private const int MaxRemembered = 4096;

    // The last breaths of a pod, as in Kubernetes.
    private static readonly TimeSpan DeletionLeeway = TimeSpan.FromSeconds(60);

    private static readonly JsonWebTokenHandler Reader = new();

    private readonly ConcurrentDictionary<string, Verified> _verified = new(StringComparer.Ordinal);

    public async ValueTask<TokenVerdict?> JudgeAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel)
    {
        if (!_verified.TryGetValue(token, out var verified))
        {
            if (!IsOurs(token))
            {
                return null;
            }

            if (await signer.VerifyAsync(token) is not { } jwt)
            {
                return TokenVerdict.Invalid("invalid bearer token");
            }

            verified = new Verified(jwt, ServiceAccountClaims.Read(jwt));
            Remember(token, verified);
        }

        return await JudgeAsync(token, verified, audiences.Count > 0 ? audiences : options.EffectiveAudiences, cancel);
    }

    private sealed record Verified(JsonWebToken Jwt, ServiceAccountClaims? Claims);

    private bool IsOurs(string token) =>
        Reader.CanReadToken(token) && TokenPayload.IssuerOf(token) is { } issuer && (issuer == options.ServiceAccountIssuer || issuer == ServiceAccountClaims.LegacyIssuer);

    private async ValueTask<TokenVerdict> JudgeAsync(string token, Verified verified, IReadOnlyList<string> wanted, CancellationToken cancel)
    {
        var jwt = verified.Jwt;
        if (verified.Claims is not { } claims)
        {
            return TokenVerdict.Invalid("service account token has no claims of a service account");
        }

        var now = time.GetUtcNow().UtcDateTime;
        if (!claims.IsLegacy && now >= jwt.ValidTo)
        {
            return TokenVerdict.Invalid("service account token has expired");
        }

        if (!claims.IsLegacy && now < jwt.ValidFrom)
        {
            return TokenVerdict.Invalid("service account token is not valid yet");
        }

        // Tokens from before there were audiences are for the API.
        IEnumerable<string> meant = claims.IsLegacy ? options.EffectiveAudiences : jwt.Audiences;
        string[] shared = [.. wanted.Where(a => meant.Contains(a, StringComparer.Ordinal))];
        if (shared.Length == 0)
        {
            return TokenVerdict.Invalid($"token audiences [{string.Join(' ', meant)}] is invalid for the target audiences [{string.Join(' ', wanted)}]");
        }

        var fault = Fault(token, claims);
        if (fault is not null)
        {
            // The token may be of an object that another server has just made.
            await store.SyncAsync(cancel);
            fault = Fault(token, claims);
        }

        return fault is null ? new TokenVerdict(UserOf(claims, jwt), shared, null) : TokenVerdict.Invalid(fault);
    }

    /// <summary>What is wrong with the objects that the token names.</summary>
    private string? Fault(string token, ServiceAccountClaims claims) =>
        Fault("serviceaccounts", "service account", claims.Namespace, claims.Account)
        ?? Fault("pods", "pod", claims.Namespace, claims.Pod)
        ?? Fault("nodes", "node", "", claims.Pod is null ? claims.Node : null)
        ?? (claims.IsLegacy ? LegacyFault(token, claims) : Fault("secrets", "secret", claims.Namespace, claims.Secret));

    private string? Fault(string resource, string noun, string ns, BoundObject? bound)
    {
        if (bound is null)
        {
            return null;
        }

        if (store.Get(new ObjectKey(resource, ns, bound.Name)) is not { } found)
        {
            return $"{noun} {ns}/{bound.Name} has been deleted";
        }

        if (found.Uid != bound.Uid)
        {
            return $"{noun} UID ({found.Uid}) does not match claim ({bound.Uid})";
        }

        return found.IsTerminating
            && JsonTree.ParseStored(found.Json).Child("metadata").Time("deletionTimestamp") is { } ended && ended + DeletionLeeway < time.GetUtcNow()
            ? $"{noun} {ns}/{bound.Name} has been deleted"
            : null;
    }

    private string? LegacyFault(string token, ServiceAccountClaims claims)
    {
        if (store.Get(new ObjectKey("secrets", claims.Namespace, claims.Secret!.Name)) is not { IsTerminating: false } secret)
        {
            return "service account token has been invalidated: its secret has been deleted";
        }

        var stored = JsonTree.ParseStored(secret.Json).Child("data").Text("token");
        return stored == Convert.ToBase64String(Encoding.UTF8.GetBytes(token)) ? null : "service account token has been invalidated: its secret holds another";
    }

    private static UserInfo UserOf(ServiceAccountClaims claims, JsonWebToken jwt)
    {
        var extra = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (jwt.Id is { Length: > 0 } id)
        {
            extra["authentication.kubernetes.io/credential-id"] = [$"JTI={id}"];
        }

        Add(extra, "node", claims.Node);
        Add(extra, "pod", claims.Pod);
        return new UserInfo(
            ServiceAccountName.User(claims.Namespace, claims.Account.Name), [.. ServiceAccountName.Groups(claims.Namespace), UserInfo.AuthenticatedGroup])
        {
            Uid = claims.Account.Uid,
            Extra = extra,
        };
    }

    private static void Add(Dictionary<string, IReadOnlyList<string>> extra, string noun, BoundObject? bound)
    {
        if (bound is not null)
        {
            extra[$"authentication.kubernetes.io/{noun}-name"] = [bound.Name];
            extra[$"authentication.kubernetes.io/{noun}-uid"] = [bound.Uid];
        }
    }

    private void Remember(string token, Verified verified)
    {
        if (_verified.Count >= MaxRemembered)
        {
            _verified.Clear();
        }

        _verified[token] = verified;
    }
}
