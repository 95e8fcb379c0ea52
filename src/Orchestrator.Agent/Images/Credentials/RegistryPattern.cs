using System.IO.Enumeration;

namespace Orchestrator.Agent.Images.Credentials;

/// <summary>
/// Which repositories a credential is for, by Kubernetes' rules: <c>[*.]HOST[:PORT][/PATH]</c>, where <c>*</c> stands for anything within one part of the
/// host's name, the port must be the same, and the path is a prefix.
/// </summary>
internal sealed record RegistryPattern(string[] Host, string Port, string Path)
{
    private static readonly string[] DockerHubNames = ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

    /// <summary>How particular it is.</summary>
    public int Length => string.Join('.', Host).Length + Port.Length + Path.Length;

    public static RegistryPattern Parse(string text)
    {
        var rest = text;
        foreach (var scheme in (ReadOnlySpan<string>)["https://", "http://"])
        {
            rest = rest.StartsWith(scheme, StringComparison.Ordinal) ? rest[scheme.Length..] : rest;
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (authority, path) = slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..].TrimEnd('/'));
        // Where Docker's own programs keep what is for the API of a registry's version.
        path = path is "v1" or "v2" ? "" : path;
        var (host, port) = Split(authority);
        return new RegistryPattern((DockerHubNames.Contains(host, StringComparer.OrdinalIgnoreCase) ? "docker.io" : host).Split('.'), port, path);
    }

    public bool Matches(ImageReference image)
    {
        var (host, port) = Split(image.Registry);
        var parts = host.Split('.');
        return port == Port
            && parts.Length == Host.Length
            && parts.Zip(Host).All(p => FileSystemName.MatchesSimpleExpression(p.Second, p.First))
            && (Path.Length == 0 || image.Repository == Path || image.Repository.StartsWith(Path + "/", StringComparison.Ordinal));
    }

    private static (string Host, string Port) Split(string authority)
    {
        var colon = authority.LastIndexOf(':');
        return colon < 0 ? (authority, "") : (authority[..colon], authority[(colon + 1)..]);
    }
}
