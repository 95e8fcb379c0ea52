using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Schemas;
using Orchestrator.Api.Security;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Writing;

/// <summary>update and patch, of objects and of their status; update also creates, where the kind says so.</summary>
internal sealed class UpdateVerb(ObjectDecoder decoder, FieldSchemas schemas, UpdateFlow flow, CreateVerb create, AuthorizerChain authorizers)
{
    public async ValueTask<StatusError?> UpdateAsync(ApiCall call)
    {
        var dryRun = WriteOptions.Read(call, "UpdateOptions");
        var body = await decoder.ReadAsync(call);
        if (body.Failed || dryRun.Error is not null)
        {
            return body.Error ?? dryRun.Error;
        }

        if (CheckPath(call, body.Value) is { } mismatch)
        {
            return mismatch;
        }

        return call.Kind.CreatesOnUpdate && call.Request.Subresource.Length == 0 && await flow.FindAsync(call) is null
            ? await CreateAsync(call, body.Value, dryRun.Value)
            : await flow.RunAsync(call, new Replacement(body.Value), dryRun.Value);
    }

    public async ValueTask<StatusError?> PatchAsync(ApiCall call)
    {
        var dryRun = WriteOptions.Read(call, "PatchOptions");
        var patch = await PatchChange.ReadAsync(call, decoder, schemas);
        return patch.Failed || dryRun.Error is not null
            ? patch.Error ?? dryRun.Error
            : await flow.RunAsync(call, patch.Value, dryRun.Value);
    }

    /// <summary>
    /// Creates what the update did not find, for users who may also create. A body with a uid means an object that has gone, and does not bring it back;
    /// a resourceVersion alone says nothing of that, as in Kubernetes.
    /// </summary>
    private async ValueTask<StatusError?> CreateAsync(ApiCall call, JsonObject body, bool dryRun)
    {
        if (ObjectMetadata.Of(body).Text("uid") is { Length: > 0 } uid)
        {
            return StatusErrors.Conflict(call.Kind, call.Request.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: ");
        }

        if (await authorizers.RefusalAsync(call.User, call.Request with { Verb = "create" }, call.Cancel) is { } refusal)
        {
            return refusal;
        }

        var error = await create.CreateAsync(call, (JsonObject)body.DeepClone(), dryRun);
        // Somebody else was quicker: then it is an update after all.
        return error is { Reason: "AlreadyExists" } ? await flow.RunAsync(call, new Replacement(body), dryRun) : error;
    }

    /// <summary>The body is of the object that the path names.</summary>
    internal static StatusError? CheckPath(ApiCall call, JsonObject body)
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
