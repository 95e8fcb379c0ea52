using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Ownership;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Schemas;
using Orchestrator.Api.Security;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Writing;

/// <summary>Server-side apply (a patch of type <c>application/apply-patch+yaml</c>), which creates what is not there.</summary>
internal sealed class ApplyVerb(
    ObjectDecoder decoder, FieldSchemas schemas, FieldOwnership ownership, UpdateFlow flow, CreateVerb create, AuthorizerChain authorizers)
{
    public static bool Is(ApiCall call) => WriteOptions.IsApply(call);

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        if (MediaTypes.Of(call.Http.Request.ContentType) == MediaTypes.ApplyPatchCbor)
        {
            return StatusErrors.UnsupportedMediaType(MediaTypes.ApplyPatchCbor, PatchChange.SupportedTypes(call));
        }

        var dryRun = WriteOptions.Read(call, "PatchOptions");
        var body = await decoder.ReadTreeAsync(call, dropNulls: false);
        if (body.Failed || dryRun.Error is not null)
        {
            return body.Error ?? dryRun.Error;
        }

        if (body.Value.Root is not JsonObject configuration)
        {
            return StatusErrors.BadRequest("the body of an apply patch must be a JSON or YAML object");
        }

        if (Check(call, configuration) is { } wrong)
        {
            return wrong;
        }

        Restrict(call, configuration);
        var change = new ApplyChange(call, configuration, IsForced(call), ownership, decoder);
        if (call.Request.Subresource.Length > 0 || await flow.FindAsync(call) is not null)
        {
            return await flow.RunAsync(call, change, dryRun.Value);
        }

        var error = await CreateAsync(call, change, configuration, dryRun.Value);
        // Somebody else was quicker: then it is applied to theirs.
        return error is { Reason: "AlreadyExists" } ? await flow.RunAsync(call, change, dryRun.Value) : error;
    }

    private async ValueTask<StatusError?> CreateAsync(ApiCall call, ApplyChange change, JsonObject configuration, bool dryRun)
    {
        if (ObjectMetadata.Of(configuration).Text("uid") is { Length: > 0 } uid)
        {
            return StatusErrors.Conflict(
                call.Kind, call.Request.Name, $"uid mismatch: the provided object specified uid {uid}, and no existing object was found");
        }

        if (await authorizers.RefusalAsync(call.User, call.Request with { Verb = "create" }, call.Cancel) is { } refusal)
        {
            return refusal;
        }

        var created = change.Apply([]);
        return created.Failed ? created.Error : await create.CreateAsync(call, created.Value, dryRun, isApply: true);
    }

    private static bool IsForced(ApiCall call) => call.Request.Query.ContainsKey("force") && call.Request.QueryFlag("force");

    private StatusError? Check(ApiCall call, JsonObject configuration)
    {
        var kind = call.Kind;
        var (apiVersion, kindName) = (configuration.Text("apiVersion") ?? "", configuration.Text("kind") ?? "");
        if (apiVersion != kind.ApiVersion || kindName != kind.Kind)
        {
            return StatusErrors.BadRequest(kindName != kind.Kind
                ? $"invalid object type: {apiVersion}, Kind={kindName}"
                : $"Incorrect version specified in apply patch. Specified patch version: {apiVersion}, expected: {kind.ApiVersion}");
        }

        var metadata = ObjectMetadata.Of(configuration);
        if (metadata.ContainsKey("managedFields"))
        {
            return StatusErrors.BadRequest("metadata.managedFields must be nil");
        }

        metadata.Default("name", call.Request.Name);
        if (UpdateVerb.CheckPath(call, configuration) is { } mismatch)
        {
            return mismatch;
        }

        if (schemas.Of(kind) is not { } schema)
        {
            return null;
        }

        var check = SchemaCheck.Run(configuration, schema);
        // The values of custom kinds are validated against their schemas later, with all errors at once; only metadata is every kind's.
        var mismatches = check.Mismatches.Where(m => !kind.IsCustom || m.StartsWith("metadata", StringComparison.Ordinal));
        string[] errors = [.. check.UnknownFields.Select(f => $".{f}: field not declared in schema"), .. mismatches.Select(m => $".{m}")];
        return errors.Length == 0 ? null : FieldOwnership.NotTyped(call, errors.Length == 1 ? errors[0] : $"errors:\n  {string.Join("\n  ", errors)}");
    }

    /// <summary>Leaves out what the writer cannot change at this place, so that nobody comes to own it.</summary>
    private static void Restrict(ApiCall call, JsonObject configuration)
    {
        if (call.Request.Subresource.Length == 0)
        {
            if (call.Kind is { HasStatus: true, CreatesWithStatus: false })
            {
                configuration.Remove("status");
            }

            return;
        }

        foreach (var name in configuration.Select(m => m.Key).Where(k => k is not ("apiVersion" or "kind" or "metadata" or "status")).ToList())
        {
            configuration.Remove(name);
        }

        var metadata = ObjectMetadata.Of(configuration);
        foreach (var name in metadata.Select(m => m.Key).Where(k => k is "finalizers" or "ownerReferences").ToList())
        {
            metadata.Remove(name);
        }
    }
}
