using System.Globalization;
using System.Security.Cryptography;
using Orchestrator.Api.Discovery;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.OpenApi;

/// <summary>OpenAPI 3: an index, and one document per group and version.</summary>
internal sealed class OpenApiV3Documents(ServedKinds kinds, SchemaWriter schemas, OpenApiPaths paths)
{
    /// <summary>The index; the hash in each link changes with the document, so that clients can keep what they have.</summary>
    public byte[] Index() => GroupDocuments.Write(json =>
    {
        json.WriteStartObject("paths");
        foreach (var (group, version) in kinds.Current.All.Select(k => (k.Group, k.Version)).Distinct())
        {
            var path = group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
            var hash = Convert.ToHexString(SHA256.HashData(Document(group, version)));
            json.WriteStartObject(path);
            json.WriteString("serverRelativeURL", string.Create(CultureInfo.InvariantCulture, $"/openapi/v3/{path}?hash={hash}"));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    public byte[] Document(string group, string version) => GroupDocuments.Write(json =>
    {
        var members = kinds.Current.All.Where(k => k.Group == group && k.Version == version).ToList();
        json.WriteString("openapi", "3.0.0");
        json.WriteStartObject("info");
        json.WriteString("title", "Orchestrator");
        json.WriteString("version", version);
        json.WriteEndObject();
        json.WriteStartObject("paths");
        foreach (var kind in members)
        {
            paths.Write(json, kind, version3: true);
        }

        json.WriteEndObject();
        json.WriteStartObject("components");
        json.WriteStartObject("schemas");
        schemas.WriteDefinitions(json, members, "#/components/schemas/");
        json.WriteEndObject();
        json.WriteEndObject();
    });
}
