using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Writing;

/// <summary>update and patch, of objects and of their status.</summary>
internal sealed class UpdateVerb(ObjectDecoder decoder, FieldSchemas schemas, UpdateFlow flow)
{
    public async ValueTask<StatusError?> UpdateAsync(ApiCall call)
    {
        var dryRun = WriteOptions.DryRun(call);
        var body = await decoder.ReadAsync(call);
        if (body.Failed || dryRun.Error is not null)
        {
            return body.Error ?? dryRun.Error;
        }

        return CheckPath(call, body.Value) ?? await flow.RunAsync(call, new Replacement(body.Value), dryRun.Value);
    }

    public async ValueTask<StatusError?> PatchAsync(ApiCall call)
    {
        var dryRun = WriteOptions.DryRun(call);
        var patch = await PatchChange.ReadAsync(call, decoder, schemas);
        return patch.Failed || dryRun.Error is not null
            ? patch.Error ?? dryRun.Error
            : await flow.RunAsync(call, patch.Value, dryRun.Value);
    }

    private static StatusError? CheckPath(ApiCall call, JsonObject body)
    {
        var metadata = ObjectMetadata.Of(body);
        var name = metadata.Text("name") ?? "";
        var ns = metadata.Text("namespace") ?? "";
        if (name.Length == 0)
        {
            return StatusErrors.BadRequest("the name of the object must be given in metadata.name");
        }

        if (name != call.Request.Name)
        {
            return StatusErrors.BadRequest($"the name of the object ({name}) does not match the name on the URL ({call.Request.Name})");
        }

        return ns.Length > 0 && ns != call.Request.Namespace
            ? StatusErrors.BadRequest($"the namespace of the object ({ns}) does not match the namespace on the request ({call.Request.Namespace})")
            : null;
    }
}
