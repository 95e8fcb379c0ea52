using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Security.Tokens;

/// <summary>An object that a token names: it holds while the object exists with this uid.</summary>
internal sealed record BoundObject(string Name, string Uid)
{
    public JsonObject ToJson() => new() { ["name"] = Name, ["uid"] = Uid };

    public static BoundObject? Read(JsonObject? json) => json.Text("name") is { Length: > 0 } name ? new BoundObject(name, json.Text("uid") ?? "") : null;
}

/// <summary>What a service account's token says of it: Kubernetes' private claim <c>kubernetes.io</c>, or the flat claims of tokens in Secrets.</summary>
internal sealed record ServiceAccountClaims
{
    public const string LegacyIssuer = "kubernetes/serviceaccount";

    private const string Claim = "kubernetes.io";
    private const string LegacyPrefix = "kubernetes.io/serviceaccount/";

    public required string Namespace { get; init; }

    public required BoundObject Account { get; init; }

    public BoundObject? Pod { get; init; }

    public BoundObject? Node { get; init; }

    public BoundObject? Secret { get; init; }

    /// <summary>True where the token is the content of a Secret, whose end is its only end.</summary>
    public bool IsLegacy { get; init; }

    /// <summary>The claims of a token that ends by itself.</summary>
    public JsonObject ToJson(string issuer, IEnumerable<string> audiences, string id, DateTimeOffset now, DateTimeOffset expires)
    {
        var account = new JsonObject { ["namespace"] = Namespace, ["serviceaccount"] = Account.ToJson() };
        Add(account, "pod", Pod);
        Add(account, "node", Node);
        Add(account, "secret", Secret);
        return new JsonObject
        {
            ["aud"] = new JsonArray([.. audiences.Select(a => (JsonNode)a)]),
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = issuer,
            ["jti"] = id,
            [Claim] = account,
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = ServiceAccountName.User(Namespace, Account.Name),
        };
    }

    /// <summary>The claims of the token in a Secret.</summary>
    public JsonObject ToLegacyJson(string secretName) => new()
    {
        ["iss"] = LegacyIssuer,
        [LegacyPrefix + "namespace"] = Namespace,
        [LegacyPrefix + "secret.name"] = secretName,
        [LegacyPrefix + "service-account.name"] = Account.Name,
        [LegacyPrefix + "service-account.uid"] = Account.Uid,
        ["sub"] = ServiceAccountName.User(Namespace, Account.Name),
    };

    /// <summary>Null where the token is none of a service account.</summary>
    public static ServiceAccountClaims? Read(JsonWebToken token)
    {
        var claims = TokenPayload.Read(token);
        if (token.Issuer == LegacyIssuer)
        {
            return new ServiceAccountClaims
            {
                Namespace = Legacy(claims, "namespace"),
                Account = new BoundObject(Legacy(claims, "service-account.name"), Legacy(claims, "service-account.uid")),
                Secret = new BoundObject(Legacy(claims, "secret.name"), ""),
                IsLegacy = true,
            };
        }

        var json = claims.Child(Claim);
        if (json is null || BoundObject.Read(json.Child("serviceaccount")) is not { } account)
        {
            return null;
        }

        return new ServiceAccountClaims
        {
            Namespace = json.Text("namespace") ?? "",
            Account = account,
            Pod = BoundObject.Read(json.Child("pod")),
            Node = BoundObject.Read(json.Child("node")),
            Secret = BoundObject.Read(json.Child("secret")),
        };
    }

    private static string Legacy(JsonObject claims, string name) => claims.Text(LegacyPrefix + name) ?? "";

    private static void Add(JsonObject claims, string name, BoundObject? bound)
    {
        if (bound is not null)
        {
            claims[name] = bound.ToJson();
        }
    }
}
