using Orchestrator.Api.Discovery;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.OpenApi;

/// <summary>OpenAPI 2 (<c>/openapi/v2</c>), for clients that do not know version 3. Served as JSON only.</summary>
internal sealed class OpenApiV2Document(KindRegistry kinds, SchemaWriter schemas, OpenApiPaths paths)
{
    /// <summary>False where the client takes only protobuf.</summary>
    public static bool IsAcceptable(string accept) =>
        accept.Length == 0 || accept.Split(',', StringSplitOptions.TrimEntries)
            .Any(offer => offer.StartsWith("application/json", StringComparison.Ordinal) || offer.StartsWith("*/*", StringComparison.Ordinal));

    public byte[] Write() => GroupDocuments.Write(json =>
    {
        json.WriteString("swagger", "2.0");
        json.WriteStartObject("info");
        json.WriteString("title", "Orchestrator");
        json.WriteString("version", "v1");
        json.WriteEndObject();
        json.WriteStartObject("paths");
        foreach (var kind in kinds.All)
        {
            paths.Write(json, kind, version3: false);
        }

        json.WriteEndObject();
        json.WriteStartObject("definitions");
        schemas.WriteDefinitions(json, kinds.All, "#/definitions/");
        json.WriteEndObject();
    });
}
