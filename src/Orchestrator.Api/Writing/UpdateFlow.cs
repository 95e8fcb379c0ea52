using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Writing;

/// <summary>
/// The way of a change to an existing object: read, apply, keep what the writer may not change, admit, commit; again from the start where another
/// writer came first and the change does not name the revision it is meant for.
/// </summary>
internal sealed class UpdateFlow(
    IObjectStore store, AdmissionChain admission, WriteClaims claims, IEnumerable<IUpdateAbsorber> absorbers, ObjectResponse response, ApiOptions options)
{
    private readonly IUpdateAbsorber[] _absorbers = [.. absorbers];

    public async ValueTask<StatusError?> RunAsync(ApiCall call, ObjectChange change, bool dryRun)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (await FindAsync(call) is not { } stored)
            {
                return StatusErrors.NotFound(call.Kind, call.Request.Name);
            }

            var prepared = await PrepareAsync(call, change, stored, dryRun);
            if (prepared.Failed)
            {
                return prepared.Error;
            }

            var write = prepared.Value;
            if (write.Mutation is null)
            {
                return dryRun || write.Absorbed
                    ? await response.WriteUnstoredAsync(call, 200, write.Object, stored.Revision)
                    : await response.WriteAsync(call, 200, stored.Json);
            }

            var result = await CommitAsync(write.Mutation, write.Claims ?? [], call.Cancel);
            switch (result.Outcome)
            {
                case CommitOutcome.Committed:
                    return await response.WriteAsync(call, 200, result.Object!.Json);
                case CommitOutcome.NotFound:
                    return StatusErrors.NotFound(call.Kind, call.Request.Name);
                case CommitOutcome.Skipped when attempt < options.MaxConflictRetries:
                    break;
                case var _ when write.IsConditional || attempt == options.MaxConflictRetries:
                    return StatusErrors.Conflict(call.Kind, call.Request.Name);
            }

            await store.SyncAsync(call.Cancel);
        }
    }

    /// <summary>The object that the call is about, null where there is none.</summary>
    public async ValueTask<StoredObject?> FindAsync(ApiCall call)
    {
        if (store.Get(call.Key) is { } found)
        {
            return found;
        }

        // Another server's creation may not have reached this one's cache.
        await store.SyncAsync(call.Cancel);
        return store.Get(call.Key);
    }

    /// <param name="Object">The object as it would be stored.</param>
    /// <param name="Mutation">What to commit; null where there is nothing to.</param>
    /// <param name="IsConditional">True where the writer named the revision: a lost race is theirs to resolve.</param>
    /// <param name="Absorbed">True where the change was taken without being stored.</param>
    /// <param name="Claims">What must be committed with it.</param>
    private sealed record PreparedWrite(JsonObject Object, Mutation? Mutation, bool IsConditional, bool Absorbed = false, IReadOnlyList<Mutation>? Claims = null);

    private async ValueTask<CommitResult> CommitAsync(Mutation mutation, IReadOnlyList<Mutation> needed, CancellationToken cancel) =>
        needed.Count == 0 ? await store.CommitAsync(mutation, cancel) : (await store.CommitAsync(WriteClaims.Chain([.. needed, mutation]), cancel: cancel))[^1];

    private async ValueTask<Outcome<PreparedWrite>> PrepareAsync(ApiCall call, ObjectChange change, StoredObject stored, bool dryRun)
    {
        var old = ServedVersion.Parse(call.Kind, stored.Json);
        var changed = change.Apply(ServedVersion.Parse(call.Kind, stored.Json));
        if (changed.Failed)
        {
            return changed.Error;
        }

        var obj = changed.Value;
        var metadata = ObjectMetadata.Of(obj);
        var wantedRevision = metadata.Text("resourceVersion") ?? "";
        if (CheckPreconditions(call, stored, metadata, wantedRevision) is { } conflict)
        {
            return conflict;
        }

        var managedFields = metadata["managedFields"];
        var oldMetadata = ObjectMetadata.Of(old);
        oldMetadata.Remove("resourceVersion");
        obj = UpdateScope.Keep(call, obj, old);
        var request = new AdmissionRequest(call, call.Kind, "update", call.Request.Namespace, call.Request.Name, obj, old, dryRun) { Revision = stored.Revision };
        var refusal = await admission.AdmitAsync(request, managedFields, change is ApplyChange);
        if (refusal is not null)
        {
            return refusal;
        }

        var claimed = claims.Plan(request);
        if (claimed.Failed)
        {
            return claimed.Error;
        }

        UpdateScope.CountGeneration(call.Kind, obj, old);
        // A patch is made from the stored revision; only a replacement is conditional by naming it.
        var conditional = change is Replacement && wantedRevision is not ("" or "0");
        if (dryRun || (JsonNode.DeepEquals(obj, old) && !ServedVersion.IsOutdated(call.Kind, stored.Json)))
        {
            return new PreparedWrite(obj, null, conditional);
        }

        if (await IsAbsorbedAsync(call, obj, old))
        {
            return new PreparedWrite(obj, null, conditional, Absorbed: true);
        }

        return UpdateScope.IsFinished(call.Kind, obj)
            ? new PreparedWrite(obj, new DeleteObject(call.Key, stored.Revision), conditional)
            : new PreparedWrite(obj, new UpdateObject(call.Key, stored.Revision, ServedVersion.Serialize(call.Kind, obj)), conditional, Claims: claimed.Value);
    }

    private static StatusError? CheckPreconditions(ApiCall call, StoredObject stored, JsonObject metadata, string wantedRevision)
    {
        if (metadata.Text("uid") is { Length: > 0 } uid && uid != stored.Uid)
        {
            return StatusErrors.Conflict(
                call.Kind, call.Request.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {stored.Uid}");
        }

        return wantedRevision is "" or "0" || wantedRevision == stored.Revision.ToString(CultureInfo.InvariantCulture)
            ? null
            : StatusErrors.Conflict(call.Kind, call.Request.Name);
    }

    private async ValueTask<bool> IsAbsorbedAsync(ApiCall call, JsonObject obj, JsonObject old)
    {
        foreach (var absorber in _absorbers)
        {
            if (absorber.Resource == call.Kind.StorageName && await absorber.AbsorbAsync(call.Key, obj, old, call.Cancel))
            {
                return true;
            }
        }

        return false;
    }
}
