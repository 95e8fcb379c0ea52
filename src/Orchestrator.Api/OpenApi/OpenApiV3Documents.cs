using System.Collections.Concurrent;
using Orchestrator.Api.Discovery;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.OpenApi;

/// <summary>
/// OpenAPI 3: an index, and one document per group and version. A document is made again only when the kinds of its group and version have
/// changed: a custom kind that comes or goes leaves the others alone.
/// </summary>
internal sealed class OpenApiV3Documents(ServedKinds kinds, FieldSchemas schemas, OpenApiPaths paths)
{
    private readonly ConcurrentDictionary<(string Group, string Version), Made> _made = new();

    /// <summary>The index; the hash in each link changes with the document, so that clients can keep what they have for good.</summary>
    public byte[] Index() => GroupDocuments.Write(json =>
    {
        json.WriteStartObject("paths");
        foreach (var (group, version) in kinds.Current.All.Select(k => (k.Group, k.Version)).Distinct())
        {
            var path = group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
            json.WriteStartObject(path);
            json.WriteString("serverRelativeURL", $"/openapi/v3/{path}?hash={Document(group, version).Hash}");
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    public CachedDocument Document(string group, string version)
    {
        ResourceKind[] members = [.. kinds.Current.All.Where(k => k.Group == group && k.Version == version)];
        if (_made.TryGetValue((group, version), out var made) && made.Kinds.SequenceEqual(members, ReferenceEqualityComparer.Instance))
        {
            return made.Document;
        }

        var document = new CachedDocument(Write(members));
        _made[(group, version)] = new Made(members, document);
        return document;
    }

    private byte[] Write(ResourceKind[] members) => GroupDocuments.Write(json =>
    {
        json.WriteString("openapi", "3.0.0");
        json.WriteStartObject("info");
        json.WriteString("title", "Orchestrator");
        json.WriteString("version", VersionDocument.GitVersion);
        json.WriteEndObject();
        json.WriteStartObject("paths");
        foreach (var kind in members)
        {
            paths.Write(json, kind, OpenApiDialect.V3);
        }

        json.WriteEndObject();
        json.WriteStartObject("components");
        json.WriteStartObject("schemas");
        new SchemaWriter(schemas, json, OpenApiDialect.V3, members).WriteDefinitions(paths.FurtherTypes(members));
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private sealed record Made(ResourceKind[] Kinds, CachedDocument Document);
}
