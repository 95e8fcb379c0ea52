using Orchestrator.Api.Discovery;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.OpenApi;

/// <summary>
/// OpenAPI 2 (<c>/openapi/v2</c>), for clients that do not know version 3, as JSON or as protobuf: every kubectl asks for the latter.
/// </summary>
internal sealed class OpenApiV2Document(ServedKinds kinds, FieldSchemas schemas, OpenApiPaths paths)
{
    public const string ProtobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    /// <summary>True where the client prefers protobuf, false where it prefers JSON, null where it takes neither.</summary>
    public static bool? IsProtobufWanted(string accept)
    {
        foreach (var offer in accept.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var type = offer.Split(';')[0];
            // Its older name has an @, which media types may not contain.
            if (type is ProtobufType or "application/com.github.proto-openapi.spec.v2@v1.0+protobuf")
            {
                return true;
            }

            if (type is "application/json" or "application/*" or "*/*")
            {
                return false;
            }
        }

        return accept.Length == 0 ? false : null;
    }

    public byte[] WriteProtobuf() => OpenApiV2Protobuf.Encode(Write());

    public byte[] Write() => GroupDocuments.Write(json =>
    {
        var all = kinds.Current.All;
        json.WriteString("swagger", "2.0");
        json.WriteStartObject("info");
        json.WriteString("title", "Orchestrator");
        json.WriteString("version", VersionDocument.GitVersion);
        json.WriteEndObject();
        json.WriteStartObject("paths");
        foreach (var kind in all)
        {
            paths.Write(json, kind, OpenApiDialect.V2);
        }

        json.WriteEndObject();
        json.WriteStartObject("definitions");
        new SchemaWriter(schemas, json, OpenApiDialect.V2, all).WriteDefinitions(paths.FurtherTypes(all));
        json.WriteEndObject();
    });
}
