using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Orchestrator.Agent.Images;

/// <summary>
/// Name of an image, made canonical as containerd and Docker do: <c>busybox</c> is <c>docker.io/library/busybox:latest</c>.
/// Grammar: <c>[HOST[:PORT]/]PATH[:TAG][@DIGEST]</c>; the first part is a host if it has a dot or a colon or is <c>localhost</c>.
/// </summary>
public sealed partial record ImageReference
{
    private const string DefaultRegistry = "docker.io";
    private const string DefaultTag = "latest";
    private const int MostNameCharacters = 255;

    private ImageReference(string registry, string repository, string? tag, ContentDigest? digest)
    {
        Registry = registry;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>Host and port, <c>docker.io</c> by default.</summary>
    public string Registry { get; }

    public string Repository { get; }

    /// <summary>Null only where a digest is given instead.</summary>
    public string? Tag { get; }

    public ContentDigest? Digest { get; }

    /// <summary>Registry and repository without tag and digest.</summary>
    public string Name => $"{Registry}/{Repository}";

    public static ImageReference Parse(string text) =>
        TryParse(text, out var reference, out var error) ? reference : throw new FormatException(error);

    public static bool TryParse(string text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? error)
    {
        reference = null;
        var rest = text;
        ContentDigest? digest = null;
        if (rest.IndexOf('@') is var at and >= 0)
        {
            if (!ContentDigest.TryParse(rest[(at + 1)..], out var parsed))
            {
                error = $"image \"{text}\": the part after @ must be sha256: and 64 lower-case hexadecimal digits";
                return false;
            }

            digest = parsed;
            rest = rest[..at];
        }

        var tag = TakeTag(ref rest);
        var (registry, repository) = SplitRegistry(rest);
        error = Check(text, registry, repository, tag);
        if (error is not null)
        {
            return false;
        }

        reference = new ImageReference(registry, repository, tag ?? (digest is null ? DefaultTag : null), digest);
        return true;
    }

    public override string ToString() => Name + (Tag is null ? "" : ":" + Tag) + (Digest is { } digest ? "@" + digest : "");

    private static string? TakeTag(ref string rest)
    {
        // A colon before the last slash belongs to the registry's port.
        var colon = rest.LastIndexOf(':');
        if (colon < 0 || colon < rest.LastIndexOf('/'))
        {
            return null;
        }

        var tag = rest[(colon + 1)..];
        rest = rest[..colon];
        return tag;
    }

    private static (string Registry, string Repository) SplitRegistry(string name)
    {
        var slash = name.IndexOf('/');
        var first = slash < 0 ? "" : name[..slash];
        var isHost = first.Contains('.') || first.Contains(':') || first == "localhost";
        var (registry, repository) = isHost ? (first, name[(slash + 1)..]) : (DefaultRegistry, name);
        if (registry is "index.docker.io")
        {
            registry = DefaultRegistry;
        }

        return (registry, registry == DefaultRegistry && !repository.Contains('/') ? "library/" + repository : repository);
    }

    private static string? Check(string text, string registry, string repository, string? tag) =>
        registry.Length + repository.Length > MostNameCharacters ? $"image \"{text}\": the name is longer than {MostNameCharacters} characters"
        : !HostPattern().IsMatch(registry) ? $"image \"{text}\": \"{registry}\" is not a registry host"
        : !RepositoryPattern().IsMatch(repository) ? $"image \"{text}\": repository names are lower-case letters, digits and single separators between slashes"
        : tag is not null && !TagPattern().IsMatch(tag) ? $"image \"{text}\": \"{tag}\" is not a tag"
        : null;

    [GeneratedRegex(@"^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?(:[0-9]{1,5})?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HostPattern();

    [GeneratedRegex(@"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RepositoryPattern();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TagPattern();
}
