using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;

namespace Orchestrator.Agent.Images.Credentials;

/// <summary>
/// Credentials by registry, as Docker's <c>config.json</c> has them: what Secrets of the types <c>kubernetes.io/dockerconfigjson</c> and
/// <c>kubernetes.io/dockercfg</c> hold, and what a node may be given as a file.
/// </summary>
public sealed class DockerConfig
{
    private const string JsonType = "kubernetes.io/dockerconfigjson";
    private const string JsonKey = ".dockerconfigjson";
    private const string LegacyType = "kubernetes.io/dockercfg";
    private const string LegacyKey = ".dockercfg";

    private readonly List<(RegistryPattern Pattern, RegistryCredential Credential)> _entries;

    private DockerConfig(List<(RegistryPattern, RegistryCredential)> entries) => _entries = entries;

    /// <summary>Reads a Secret; null for one of another type.</summary>
    /// <exception cref="FormatException">It is not what its type says.</exception>
    public static DockerConfig? OfSecret(V1Secret secret) => secret.Type switch
    {
        JsonType => Parse(Content(secret, JsonKey)),
        LegacyType => ParseAuths(Document(Content(secret, LegacyKey))),
        _ => null,
    };

    /// <summary>Reads a <c>config.json</c>.</summary>
    /// <exception cref="FormatException">It is none; the message says where.</exception>
    public static DockerConfig Parse(ReadOnlySpan<byte> json) => ParseAuths(Document(json).Child("auths") ?? []);

    /// <summary>Credentials for an image's repository: those of the longest name first, as that is the most particular.</summary>
    public IEnumerable<RegistryCredential> For(ImageReference image) => _entries
        .Where(e => e.Pattern.Matches(image))
        .OrderByDescending(e => e.Pattern.Length)
        .Select(e => e.Credential);

    private static byte[] Content(V1Secret secret, string key) =>
        secret.Data is { } data && data.TryGetValue(key, out var content) ? content : throw new FormatException($"it has no key {key}");

    private static JsonObject Document(ReadOnlySpan<byte> json)
    {
        JsonNode? document = null;
        try
        {
            document = JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            // What the parser says of it could show a part of a password, and so is not passed on.
        }

        return document as JsonObject ?? throw new FormatException("it is not a JSON object");
    }

    private static DockerConfig ParseAuths(JsonObject auths) =>
        new([.. auths.Select(e => (RegistryPattern.Parse(e.Key), Credential(e.Key, e.Value as JsonObject)))]);

    private static RegistryCredential Credential(string registry, JsonObject? entry)
    {
        var (user, password) = (entry.Text("username") ?? "", entry.Text("password") ?? "");
        if (user.Length == 0 && entry.Text("auth") is { Length: > 0 } auth)
        {
            var buffer = new byte[auth.Length];
            var decoded = Convert.TryFromBase64String(auth, buffer, out var count) ? Encoding.UTF8.GetString(buffer, 0, count) : "";
            var colon = decoded.IndexOf(':');
            if (colon < 0)
            {
                throw new FormatException($"auth of \"{registry}\" is not the base64 of USER:PASSWORD");
            }

            (user, password) = (decoded[..colon], decoded[(colon + 1)..].TrimEnd('\0'));
        }

        return new RegistryCredential(user, password, entry.Text("identitytoken") ?? "");
    }
}
