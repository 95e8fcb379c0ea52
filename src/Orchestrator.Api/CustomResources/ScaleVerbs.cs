using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Reading;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Writing;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.CustomResources;

/// <summary><c>/scale</c> of kinds that declare where their replicas are: reads and writes an <c>autoscaling/v1 Scale</c>.</summary>
internal sealed class ScaleVerbs(GetVerb get, UpdateFlow flow, ObjectDecoder decoder)
{
    public static readonly IReadOnlyList<string> Served = ["get", "patch", "update"];

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        if (call.Request.Verb == "get")
        {
            return await get.HandleAsync(call);
        }

        var isPatch = call.Request.Verb == "patch";
        var dryRun = WriteOptions.Read(call, isPatch ? "PatchOptions" : "UpdateOptions");
        var body = await decoder.ReadTreeAsync(call, dropNulls: !isPatch);
        if (body.Failed || dryRun.Error is not null)
        {
            return body.Error ?? dryRun.Error;
        }

        var mediaType = isPatch ? MediaTypes.Of(call.Http.Request.ContentType) : "";
        return (mediaType, body.Value.Root) switch
        {
            ("" or MediaTypes.MergePatch, JsonObject) or (MediaTypes.JsonPatch, JsonArray) =>
                await flow.RunAsync(call, new ScaleChange(call, mediaType, body.Value.Root), dryRun.Value),
            ("" or MediaTypes.MergePatch or MediaTypes.JsonPatch, _) => StatusErrors.BadRequest("the body must hold a Scale or a patch of one"),
            _ => StatusErrors.UnsupportedMediaType(mediaType, MediaTypes.JsonPatch, MediaTypes.MergePatch),
        };
    }

    private sealed class ScaleChange(ApiCall call, string mediaType, JsonNode body) : ObjectChange
    {
        public override Outcome<JsonObject> Apply(JsonObject current)
        {
            var paths = call.Kind.Scale!;
            var scale = ScaleView.Of(paths, current);
            try
            {
                switch (mediaType)
                {
                    case MediaTypes.MergePatch:
                        MergePatch.Apply(scale, (JsonObject)body.DeepClone());
                        break;
                    case MediaTypes.JsonPatch:
                        JsonPatch.Apply(scale, (JsonArray)body.DeepClone());
                        break;
                    default:
                        scale = (JsonObject)body.DeepClone();
                        break;
                }
            }
            catch (PatchException e)
            {
                return StatusErrors.BadRequest(e.Message);
            }

            if (Fault(scale) is { } fault)
            {
                return StatusErrors.Invalid(call.Kind, call.Request.Name, [fault]) with { Message = $"Scale.autoscaling \"{call.Request.Name}\" is invalid: {fault}" };
            }

            ScaleView.Set(current, paths, scale.Child("spec").Integer("replicas") ?? 0);
            var metadata = ObjectMetadata.Of(current);
            foreach (var member in (ReadOnlySpan<string>)["resourceVersion", "uid"])
            {
                // A precondition where it is named; a patch was made from what is stored.
                if (ObjectMetadata.Of(scale).Text(member) is { Length: > 0 } named)
                {
                    metadata[member] = named;
                }
            }

            return current;
        }

        private static FieldError? Fault(JsonObject scale)
        {
            var replicas = scale.Child("spec")?["replicas"];
            return replicas is null ? null
                : replicas.AsInteger() is not { } number ? FieldError.TypeInvalid("spec.replicas", replicas.ToJsonString(), "must be an integer")
                : number is < 0 or > int.MaxValue ? FieldError.Invalid("spec.replicas", number, "must be greater than or equal to 0")
                : null;
        }
    }
}
