using System.Text.Json.Nodes;
using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Client;

/// <summary>The kinds that the connected server serves, read from its discovery documents once per command.</summary>
internal sealed class ApiCatalog
{
    private readonly IReadOnlyList<ApiResource> _resources;

    internal ApiCatalog(IReadOnlyList<ApiResource> resources) => _resources = resources;

    public static async Task<ApiCatalog> ReadAsync(ApiConnection connection, CancellationToken cancel)
    {
        var groups = await connection.GetAsync("/apis", "application/json", cancel);
        IEnumerable<string> versions = ["/api/v1", .. GroupVersions(groups).Select(version => "/apis/" + version)];
        var lists = await Task.WhenAll(versions.Select(path => connection.GetAsync(path, "application/json", cancel)));
        return new ApiCatalog([.. lists.SelectMany(Resources)]);
    }

    /// <summary>The kind that a user names.</summary>
    public ApiResource Named(string word) =>
        _resources.FirstOrDefault(resource => resource.IsNamed(word))
        ?? throw new CommandFailedException($"the server serves no kind named '{word}'. It serves: {string.Join(", ", _resources.Select(r => r.Plural))}");

    /// <summary>The kind in the version that the server prefers; null where it is not served.</summary>
    public ApiResource? Find(string group, string kind) => _resources.FirstOrDefault(resource => resource.Group == group && resource.Kind == kind);

    /// <summary>The kind of a manifest.</summary>
    public ApiResource Of(string apiVersion, string kind) =>
        _resources.FirstOrDefault(resource => resource.GroupVersion == apiVersion && resource.Kind == kind)
        ?? throw new CommandFailedException($"the server serves no kind '{kind}' in version '{apiVersion}'");

    internal static IEnumerable<ApiResource> Resources(JsonObject list)
    {
        var groupVersion = list["groupVersion"]!.GetValue<string>();
        foreach (var entry in list["resources"]!.AsArray().OfType<JsonObject>())
        {
            var plural = entry["name"]!.GetValue<string>();
            var kind = entry["kind"]!.GetValue<string>();
            if (!plural.Contains('/', StringComparison.Ordinal))
            {
                var singular = entry["singularName"]?.GetValue<string>();
                yield return new ApiResource(
                    groupVersion,
                    kind,
                    plural,
                    string.IsNullOrEmpty(singular) ? kind.ToLowerInvariant() : singular,
                    entry["namespaced"]!.GetValue<bool>(),
                    [.. (entry["shortNames"] as JsonArray ?? []).Select(name => name!.GetValue<string>())]);
            }
        }
    }

    private static IEnumerable<string> GroupVersions(JsonObject groups) =>
        groups["groups"]!.AsArray().Select(group => group!["preferredVersion"]!["groupVersion"]!.GetValue<string>());
}
