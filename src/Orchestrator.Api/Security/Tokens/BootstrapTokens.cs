using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Api.Decoding;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Security.Tokens;

/// <summary>
/// Bootstrap tokens, <c>ID.SECRET</c>, by which nodes join: Secrets <c>bootstrap-token-ID</c> of the type <c>bootstrap.kubernetes.io/token</c> in kube-system, as
/// <c>kubeadm token create</c> makes them. The user is <c>system:bootstrap:ID</c>, in the group <c>system:bootstrappers</c>.
/// </summary>
internal sealed partial class BootstrapTokens(IObjectStore store, TimeProvider time) : ITokenAuthenticator
{
    private const string SecretType = "bootstrap.kubernetes.io/token";
    private const string SecretPrefix = "bootstrap-token-";
    private const string Group = "system:bootstrappers";

    public ValueTask<TokenVerdict?> JudgeAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel)
    {
        if (!TokenPattern().IsMatch(token))
        {
            return new((TokenVerdict?)null);
        }

        var (id, secret) = (token[..6], token[7..]);
        var found = store.Get(new ObjectKey("secrets", "kube-system", SecretPrefix + id));
        if (found is null || found.IsTerminating || found.Fields.GetValueOrDefault("type") != SecretType)
        {
            return new(TokenVerdict.Invalid("invalid bearer token"));
        }

        return new(Judge(id, secret, JsonTree.ParseStored(found.Json).Child("data")));
    }

    private TokenVerdict Judge(string id, string secret, JsonObject? data)
    {
        // All comparisons run whatever the first says: how long it takes tells nothing of the secret.
        var matches = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(Value(data, "token-secret")))
            & Value(data, "token-id") == id & Value(data, "usage-bootstrap-authentication") == "true";
        var expiration = Value(data, "expiration");
        if (!matches || (expiration.Length > 0
            && !(DateTimeOffset.TryParse(expiration, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) && end > time.GetUtcNow())))
        {
            return TokenVerdict.Invalid("invalid bearer token");
        }

        var groups = Value(data, "auth-extra-groups").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(g => g.StartsWith(Group + ":", StringComparison.Ordinal));
        return new TokenVerdict(new UserInfo($"system:bootstrap:{id}", [Group, .. groups, UserInfo.AuthenticatedGroup]), [], null);
    }

    private static string Value(JsonObject? data, string key)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(data.Text(key) ?? ""));
        }
        catch (FormatException)
        {
            return "";
        }
    }

    [GeneratedRegex("^[a-z0-9]{6}\\.[a-z0-9]{16}$")]
    private static partial Regex TokenPattern();
}
