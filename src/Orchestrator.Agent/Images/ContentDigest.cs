using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Orchestrator.Agent.Images;

/// <summary>Name of a piece of content by its SHA-256: <c>sha256:</c> and 64 lower-case hexadecimal digits (OCI image specification, descriptors).</summary>
public readonly record struct ContentDigest
{
    private const string Prefix = "sha256:";
    private const int HexLength = 64;

    private ContentDigest(string hex) => Hex = hex;

    public string Hex { get; }

    public static ContentDigest Of(ReadOnlySpan<byte> content) => FromHash(SHA256.HashData(content));

    public static ContentDigest FromHash(ReadOnlySpan<byte> hash) => new(Convert.ToHexStringLower(hash));

    /// <summary>Refuses other algorithms: content that cannot be verified is not taken.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ContentDigest digest)
    {
        digest = default;
        if (text is null || text.Length != Prefix.Length + HexLength || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var hex = text[Prefix.Length..];
        if (!hex.All(char.IsAsciiHexDigitLower))
        {
            return false;
        }

        digest = new ContentDigest(hex);
        return true;
    }

    public static ContentDigest Parse(string? text) =>
        TryParse(text, out var digest) ? digest : throw new InvalidImageException($"\"{text}\" is not a sha256 digest");

    public override string ToString() => Prefix + Hex;
}
