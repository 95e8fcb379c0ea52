using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Tables;

namespace Orchestrator.Api.Responses;

/// <summary>Answers with one object: its stored bytes as they are, or the form that the client asked for.</summary>
internal sealed class ObjectResponse(TableRows tables, LargeBodies bodies)
{
    /// <param name="call">The request.</param>
    /// <param name="statusCode">200 or 201.</param>
    /// <param name="json">The object, with its resourceVersion.</param>
    public async ValueTask<StatusError?> WriteAsync(ApiCall call, int statusCode, ReadOnlyMemory<byte> json)
    {
        ResponseWarnings.Write(call);
        json = call is { Request.Subresource: "scale", Kind.Scale: { } paths }
            ? JsonBuffer.Serialize(ScaleView.Of(paths, JsonTree.ParseStored(json)))
            : ServedVersion.Of(call.Kind, json);
        switch (ResponseShape.Of(call.Http.Request))
        {
            case ResponseForm.Object:
                await bodies.WriteAsync(call, statusCode, json);
                return null;
            case ResponseForm.Table:
                await bodies.WriteAsync(call, statusCode, tables.Table(call, [json], null));
                return null;
            case ResponseForm.PartialMetadata:
                await bodies.WriteAsync(call, statusCode, PartialMetadata.OfObject(json));
                return null;
            default:
                return StatusErrors.NotAcceptable(JsonResponse.ContentType);
        }
    }

    /// <summary>Answers with an object that is not stored in this form (dry runs), at the given revision; 0 for none.</summary>
    public ValueTask<StatusError?> WriteUnstoredAsync(ApiCall call, int statusCode, JsonObject obj, long revision)
    {
        if (revision > 0 && obj["metadata"] is JsonObject metadata)
        {
            metadata["resourceVersion"] = revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return WriteAsync(call, statusCode, JsonBuffer.Serialize(obj));
    }
}
