using System.Text.Json.Nodes;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Schemas;
using Orchestrator.Api.Writing;

namespace Orchestrator.Api.Ownership;

/// <summary>Keeps <c>metadata.managedFields</c> on every write of the API, and applies configurations by it.</summary>
internal sealed class FieldOwnership(FieldSchemas schemas, TimeProvider clock)
{
    private const string BeforeFirstApply = "before-first-apply";

    /// <summary>Notes who owns what after a write that is no apply.</summary>
    /// <param name="call">The write.</param>
    /// <param name="old">The stored object; null on creation.</param>
    /// <param name="obj">The object to be stored, with its defaults; receives its managed fields.</param>
    /// <param name="sent">Managed fields in the body: clients may give ownership up or hand it over, as kubectl does when it goes on to server-side apply.</param>
    public void Track(ApiCall call, JsonObject? old, JsonObject obj, JsonNode? sent)
    {
        var metadata = ObjectMetadata.Of(obj);
        metadata.Remove("managedFields");
        var owners = OwnersBefore(call, old, sent);
        // An object whose owners were given up, or that was written past the API, has none until somebody applies to it, as in Kubernetes.
        if (old is null || owners.Entries.Count > 0)
        {
            var writer = FieldOwner.Updater(WriteOptions.ManagerOf(call), call.Kind.ApiVersion, call.Request.Subresource);
            OwnershipRules.Update(old, obj, Shape(call), owners, writer, call.Kind.ApiVersion, Now());
        }

        Write(metadata, owners);
    }

    /// <summary>The object with the configuration applied and its managed fields brought up to date; or the conflict.</summary>
    /// <param name="call">The apply, whose manager is known to be named.</param>
    /// <param name="live">The stored object; empty where there is none.</param>
    /// <param name="applied">The configuration, of the kind and for the object of the request, without what the writer may not change there.</param>
    /// <param name="force">Takes over what others own.</param>
    public Outcome<JsonObject> Apply(ApiCall call, JsonObject live, JsonObject applied, bool force)
    {
        var shape = Shape(call);
        var owners = ManagedFields.Read(live["metadata"]?["managedFields"]) ?? new ManagedFields();
        (live["metadata"] as JsonObject)?.Remove("managedFields");
        var now = Now();
        var kind = call.Kind;
        if (owners.Entries.Count == 0 && live.Count > 0)
        {
            OwnershipRules.Update(
                null, live, shape, owners, FieldOwner.Updater(BeforeFirstApply, kind.ApiVersion, call.Request.Subresource), kind.ApiVersion, now);
        }

        var applier = FieldOwner.Applier(WriteOptions.ManagerOf(call), call.Request.Subresource);
        try
        {
            var mayForce = force || LastApplied.Allows(live, applied, shape, owners, applier, kind.ApiVersion);
            var result = OwnershipRules.Apply(live, applied, shape, owners, applier, kind.ApiVersion, now, mayForce);
            if (result.Conflicts.Count > 0)
            {
                return ApplyConflict.Of(result.Conflicts);
            }

            LastApplied.Update(result.Object, applied, applier);
            Write(ObjectMetadata.Of(result.Object), owners);
            return result.Object;
        }
        catch (PatchException e)
        {
            return NotTyped(call, e.Message);
        }
    }

    /// <summary>A configuration that does not fit the kind's types.</summary>
    public static StatusError NotTyped(ApiCall call, string why) => StatusErrors.BadRequest(
        $"failed to create typed patch object ({call.Request.Namespace}/{call.Request.Name}; {call.Kind.Group}/{call.Kind.Version}, Kind={call.Kind.Kind}): {why}");

    private static ManagedFields OwnersBefore(ApiCall call, JsonObject? old, JsonNode? sent)
    {
        var mayChange = call.Request.Subresource.Length == 0;
        if (mayChange && ManagedFields.IsReset(sent))
        {
            return new ManagedFields();
        }

        var given = mayChange && sent is not null ? ManagedFields.Read(sent) : null;
        return given is { Entries.Count: > 0 } ? given : ManagedFields.Read(old?["metadata"]?["managedFields"]) ?? new ManagedFields();
    }

    private static void Write(JsonObject metadata, ManagedFields owners)
    {
        if (owners.Write() is { } json)
        {
            metadata["managedFields"] = json;
        }
    }

    private FieldShape Shape(ApiCall call) => new(schemas.Of(call.Kind));

    private string Now() => ObjectMetadata.Time(clock.GetUtcNow());
}
