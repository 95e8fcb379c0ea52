using Orchestrator.Api.Discovery;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.OpenApi;

/// <summary>
/// OpenAPI 2 (<c>/openapi/v2</c>), for clients that do not know version 3. Whole as JSON; as protobuf, which old kubectl insists on, a document
/// without definitions: it then merges by the types that it knows itself.
/// </summary>
internal sealed class OpenApiV2Document(ServedKinds kinds, SchemaWriter schemas, OpenApiPaths paths)
{
    public const string ProtobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    /// <summary>True where the client takes only protobuf.</summary>
    public static bool IsProtobufWanted(string accept) =>
        !IsAcceptable(accept) && accept.Contains("proto-openapi.spec.v2", StringComparison.Ordinal);

    /// <summary><c>openapi.v2.Document</c>: swagger (1), info (2: title, version) and empty paths (8).</summary>
    public static byte[] WriteProtobuf() => [.. "\n\u00032.0"u8, .. "\u0012\u0012\n\u000cOrchestrator\u0012\u0002v1"u8, .. "\u0042\u0000"u8];

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
        foreach (var kind in kinds.Current.All)
        {
            paths.Write(json, kind, version3: false);
        }

        json.WriteEndObject();
        json.WriteStartObject("definitions");
        schemas.WriteDefinitions(json, kinds.Current.All, "#/definitions/");
        json.WriteEndObject();
    });
}
