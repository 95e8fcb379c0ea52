using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Schemas;

namespace Orchestrator.Api.Writing;

/// <summary>patch: the result is checked like a body, since a patch can put anything anywhere.</summary>
internal sealed class PatchChange(
    ApiCall call, string mediaType, JsonNode patch, List<JsonTree.Duplicate> duplicates, FieldSchema? schema, ObjectDecoder decoder) : ObjectChange
{
    public override Outcome<JsonObject> Apply(JsonObject current)
    {
        try
        {
            switch (mediaType)
            {
                case MediaTypes.JsonPatch:
                    JsonPatch.Apply(current, (JsonArray)patch);
                    break;
                case MediaTypes.MergePatch:
                    MergePatch.Apply(current, (JsonObject)patch);
                    break;
                default:
                    StrategicMerge.Apply(current, (JsonObject)patch, schema);
                    break;
            }
        }
        catch (PatchException e)
        {
            return new StatusError { Code = 422, Reason = "Invalid", Message = $"the server rejected our request due to an error in our request: {e.Message}" };
        }

        if (!call.Kind.IsCustom)
        {
            JsonTree.DropNulls(current);
        }

        return decoder.CheckObject(call, current, duplicates, patch);
    }

    /// <summary>Reads the patch and checks that it is of the type it says.</summary>
    public static async ValueTask<Outcome<PatchChange>> ReadAsync(ApiCall call, ObjectDecoder decoder, FieldSchemas schemas)
    {
        var mediaType = MediaTypes.Of(call.Http.Request.ContentType);
        if (!SupportedTypes(call).Contains(mediaType, StringComparer.Ordinal))
        {
            return StatusErrors.UnsupportedMediaType(call.Http.Request.ContentType ?? "", SupportedTypes(call));
        }

        var body = await decoder.ReadTreeAsync(call, dropNulls: false);
        if (body.Failed)
        {
            return body.Error;
        }

        var fits = mediaType == MediaTypes.JsonPatch ? body.Value.Root is JsonArray : body.Value.Root is JsonObject;
        return fits
            ? new PatchChange(call, mediaType, body.Value.Root!, body.Value.Duplicates, schemas.Of(call.Kind), decoder)
            : StatusErrors.BadRequest($"a body of type {mediaType} must be {(mediaType == MediaTypes.JsonPatch ? "an array" : "an object")}");
    }

    /// <summary>The types of patches that the kind takes: strategic ones need its Go types' facts, which custom kinds do not have.</summary>
    public static IReadOnlyList<string> SupportedTypes(ApiCall call) => call.Kind.ClrType is null || call.Kind.IsCustom
        ? [MediaTypes.JsonPatch, MediaTypes.MergePatch, MediaTypes.ApplyPatch]
        : [MediaTypes.JsonPatch, MediaTypes.MergePatch, MediaTypes.StrategicMergePatch, MediaTypes.ApplyPatch];
}
