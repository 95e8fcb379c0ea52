using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Schemas;

namespace Orchestrator.Api.Writing;

/// <summary>patch: the result is checked like a body, since a patch can put anything anywhere.</summary>
internal sealed class PatchChange(ApiCall call, string mediaType, JsonNode patch, FieldSchema? schema, ObjectDecoder decoder) : ObjectChange
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
            DropNulls(current);
        }

        return decoder.CheckObject(call, current, duplicates: null);
    }

    /// <summary>Reads the patch and checks that it is of the type it says.</summary>
    public static async ValueTask<Outcome<PatchChange>> ReadAsync(ApiCall call, ObjectDecoder decoder, FieldSchemas schemas)
    {
        var mediaType = MediaTypes.Of(call.Http.Request.ContentType);
        if (mediaType == MediaTypes.ApplyPatch)
        {
            return StatusErrors.UnsupportedMediaType(
                $"{MediaTypes.ApplyPatch}: server-side apply is not supported yet", MediaTypes.JsonPatch, MediaTypes.MergePatch, MediaTypes.StrategicMergePatch);
        }

        var schema = schemas.Of(call.Kind);
        if (mediaType is not (MediaTypes.JsonPatch or MediaTypes.MergePatch or MediaTypes.StrategicMergePatch)
            || (mediaType == MediaTypes.StrategicMergePatch && (schema is null || call.Kind.IsCustom)))
        {
            return StatusErrors.UnsupportedMediaType(mediaType, MediaTypes.JsonPatch, MediaTypes.MergePatch, MediaTypes.StrategicMergePatch);
        }

        var body = await decoder.ReadTreeAsync(call, dropNulls: false);
        if (body.Failed)
        {
            return body.Error;
        }

        var fits = mediaType == MediaTypes.JsonPatch ? body.Value.Root is JsonArray : body.Value.Root is JsonObject;
        return fits
            ? new PatchChange(call, mediaType, body.Value.Root!, schema, decoder)
            : StatusErrors.BadRequest($"a body of type {mediaType} must be {(mediaType == MediaTypes.JsonPatch ? "an array" : "an object")}");
    }

    private static void DropNulls(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var name in members.Where(m => m.Value is null).Select(m => m.Key).ToList())
                {
                    members.Remove(name);
                }

                foreach (var (_, value) in members)
                {
                    DropNulls(value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    DropNulls(item);
                }

                break;
        }
    }
}
