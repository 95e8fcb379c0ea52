using System.Globalization;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;
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
        if (CheckPreconditions(call, stored, wanted) is { } refused)
        {
            return refused;
        }

        var obj = JsonTree.ParseStored(stored.Json);
        var refusal = await admission.AdmitDeletionAsync(new AdmissionRequest(call, kind, "delete", key.Namespace, key.Name, obj, obj, wanted.DryRun) { Revision = stored.Revision });
        if (refusal is not null)
        {
            return refusal;
        }

        return ObjectEnding.Begin(obj, kind.Deletion, wanted.GracePeriodSeconds, wanted.Propagation, clock.GetUtcNow()) switch
        {
            EndingStep.Remove => new DeleteObject(key, stored.Revision),
            EndingStep.Mark => StoredEdit.Replace(stored, obj),
            _ => new Outcome<Mutation?>(null, null),
        };
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
}
