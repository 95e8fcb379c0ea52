using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;
using Orchestrator.Store;

namespace Orchestrator.Api.Writing;

/// <param name="Object">The object as it is now, or as it last was.</param>
/// <param name="IsGone">False where something still holds it: grace, finalizers, the rules of its kind.</param>
internal sealed record Deletion(StoredObject Object, bool IsGone);

/// <summary>
/// Deletes one object: at once where nothing holds it, else it is marked and whoever holds it removes it later. Tried again after a lost race, since a
/// deletion means whatever the object has become, unless a precondition says otherwise.
/// </summary>
internal sealed class DeleteFlow(IObjectStore store, AdmissionChain admission, ApiOptions options, TimeProvider clock)
{
    public async ValueTask<Outcome<Deletion>> RunAsync(ApiCall call, ObjectKey key, DeleteOptions wanted)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (await FindAsync(key, call.Cancel) is not { } stored)
            {
                return StatusErrors.NotFound(call.Kind, key.Name);
            }

            var mutation = await PlanAsync(call, stored, wanted);
            if (mutation.Error is not null)
            {
                return mutation.Error;
            }

            if (mutation.Value is null || wanted.DryRun)
            {
                return new Deletion(stored, IsGone: mutation.Value is DeleteObject);
            }

            var result = await store.CommitAsync(mutation.Value, call.Cancel);
            switch (result.Outcome)
            {
                case CommitOutcome.Committed:
                    return new Deletion(result.Object ?? stored, IsGone: mutation.Value is DeleteObject);
                case CommitOutcome.NotFound:
                    return StatusErrors.NotFound(call.Kind, key.Name);
                case var _ when attempt == options.MaxConflictRetries:
                    return StatusErrors.Conflict(call.Kind, key.Name);
            }

            await store.SyncAsync(call.Cancel);
        }
    }

    private async ValueTask<StoredObject?> FindAsync(ObjectKey key, CancellationToken cancel)
    {
        if (store.Get(key) is { } found)
        {
            return found;
        }

        await store.SyncAsync(cancel);
        return store.Get(key);
    }

    /// <summary>What to commit; null where the object is already on its way as wanted.</summary>
    private async ValueTask<Outcome<Mutation?>> PlanAsync(ApiCall call, StoredObject stored, DeleteOptions wanted)
    {
        var kind = call.Kind;
        var key = stored.Key;
        if ((CheckPreconditions(call, stored, wanted) ?? CheckPropagation(call, stored, wanted)) is { } refused)
        {
            return refused;
        }

        var obj = JsonTree.ParseStored(stored.Json);
        var refusal = await admission.AdmitDeletionAsync(new AdmissionRequest(call, kind, "delete", key.Namespace, key.Name, obj, obj, wanted.DryRun));
        if (refusal is not null)
        {
            return refusal;
        }

        var metadata = ObjectMetadata.Of(obj);
        metadata.Remove("resourceVersion");
        var grace = kind.Deletion.GracePeriodSeconds(obj, wanted.GracePeriodSeconds);
        if (stored.IsTerminating)
        {
            // A later request can shorten the grace, never lengthen it.
            grace = Math.Min(grace, metadata.Integer("deletionGracePeriodSeconds") ?? 0);
        }

        if (grace == 0 && !ObjectMetadata.HasFinalizers(metadata) && !kind.Deletion.IsHeld(obj))
        {
            return new DeleteObject(key, stored.Revision);
        }

        return Mark(call, obj, metadata, grace)
            ? new UpdateObject(key, stored.Revision, JsonBuffer.Serialize(obj))
            : new Outcome<Mutation?>(null, null);
    }

    /// <summary>Marks the object as ending; false where it is marked so already.</summary>
    private bool Mark(ApiCall call, JsonObject obj, JsonObject metadata, long grace)
    {
        var now = clock.GetUtcNow();
        if (metadata.Time("deletionTimestamp") is { } ending)
        {
            var present = metadata.Integer("deletionGracePeriodSeconds") ?? 0;
            if (present == grace)
            {
                return false;
            }

            metadata["deletionTimestamp"] = ObjectMetadata.Time(ending.AddSeconds(grace - present));
        }
        else
        {
            metadata["deletionTimestamp"] = ObjectMetadata.Time(now.AddSeconds(grace));
            if (call.Kind.HasGeneration)
            {
                ObjectMetadata.CountGeneration(metadata);
            }
        }

        metadata["deletionGracePeriodSeconds"] = grace;
        call.Kind.Deletion.MarkTerminating(obj);
        return true;
    }

    private static StatusError? CheckPreconditions(ApiCall call, StoredObject stored, DeleteOptions wanted)
    {
        if (wanted.Uid is { Length: > 0 } uid && uid != stored.Uid)
        {
            return StatusErrors.Conflict(
                call.Kind, stored.Key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {stored.Uid}");
        }

        var revision = stored.Revision.ToString(CultureInfo.InvariantCulture);
        return wanted.ResourceVersion is { Length: > 0 } version && version != revision
            ? StatusErrors.Conflict(
                call.Kind, stored.Key.Name, $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {revision}")
            : null;
    }

    /// <summary>Without dependents all policies are one. With them, Orphan and Foreground need a garbage collector, and there is none yet.</summary>
    private StatusError? CheckPropagation(ApiCall call, StoredObject stored, DeleteOptions wanted) =>
        wanted.PropagationPolicy is "Foreground" or "Orphan" && store.ListByOwner(stored.Uid).Items.Count > 0
            ? StatusErrors.Invalid(call.Kind, stored.Key.Name,
                [FieldError.Forbidden("propagationPolicy", $"{wanted.PropagationPolicy} is not supported yet for an object that owns others")])
            : null;
}
