using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Writing;

/// <summary>create.</summary>
internal sealed class CreateVerb(
    IObjectStore store,
    ObjectDecoder decoder,
    AdmissionChain admission,
    WriteClaims claims,
    QuotaCharge quotas,
    GeneratedNames names,
    ObjectResponse response,
    ApiOptions options,
    TimeProvider clock)
{
    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var dryRun = WriteOptions.Read(call, "CreateOptions");
        var body = await decoder.ReadAsync(call);
        if (body.Failed || dryRun.Error is not null)
        {
            return body.Error ?? dryRun.Error;
        }

        var obj = body.Value;
        if (CheckPath(call, ObjectMetadata.Of(obj)) is { } mismatch)
        {
            return mismatch;
        }

        return await CreateAsync(call, obj, dryRun.Value);
    }

    /// <summary>Makes a body whose place fits the request into a new object. A generated name that is taken is generated again; a given one is the caller's to change.</summary>
    /// <param name="call">The request.</param>
    /// <param name="obj">The body.</param>
    /// <param name="dryRun">Stores nothing.</param>
    /// <param name="isApply">True where an apply creates the object, whose managed fields are then settled.</param>
    public async ValueTask<StatusError?> CreateAsync(ApiCall call, JsonObject obj, bool dryRun, bool isApply = false)
    {
        if (call.Kind is { HasStatus: true, CreatesWithStatus: false })
        {
            obj.Remove("status");
        }

        var metadata = ObjectMetadata.Of(obj);
        var managedFields = metadata["managedFields"];
        var prefix = metadata.Text("generateName") ?? "";
        var given = metadata.Text("name") ?? "";
        var generated = given.Length == 0 && prefix.Length > 0;
        var name = generated ? names.Next(prefix) : given;
        var uid = Guid.NewGuid().ToString();
        ObjectMetadata.StampNew(metadata, call.Request.Namespace, name, uid, clock.GetUtcNow(), call.Kind.HasGeneration);
        var request = new AdmissionRequest(call, call.Kind, "create", call.Request.Namespace, name, obj, null, dryRun);
        var refusal = await admission.AdmitAsync(request, managedFields, isApply);
        if (refusal is not null)
        {
            return refusal;
        }

        TracePods(call, ObjectMetadata.Of(obj));
        for (var attempt = 0; ; attempt++)
        {
            var unclaimed = obj["spec"]?.DeepClone();
            var claimed = claims.Plan(request);
            if (claimed.Failed)
            {
                return claimed.Error;
            }

            var key = new ObjectKey(call.Kind.StorageName, call.Request.Namespace, name);
            if (dryRun)
            {
                return store.Get(key) is not null
                    ? StatusErrors.AlreadyExists(call.Kind, name)
                    : quotas.Check(request) ?? await response.WriteUnstoredAsync(call, 201, obj, 0);
            }

            if (claimed.Value.Count > 0 && !generated && store.Get(key) is not null)
            {
                return StatusErrors.AlreadyExists(call.Kind, name);
            }

            var result = await quotas.CreateAsync(request, claimed.Value, new CreateObject(key, uid, ServedVersion.Serialize(call.Kind, obj)), call.Cancel);
            if (result.Error is not null)
            {
                return result.Error;
            }

            if (result.Value.Outcome == CommitOutcome.Committed)
            {
                return await response.WriteAsync(call, 201, result.Value.Object!.Json);
            }

            if (attempt == options.MaxConflictRetries || (!generated && result.Value.Outcome != CommitOutcome.Skipped))
            {
                return StatusErrors.AlreadyExists(call.Kind, name);
            }

            if (claimed.Value.Count > 0)
            {
                // What it was given for this attempt is given anew.
                obj["spec"] = unclaimed;
                await store.SyncAsync(call.Cancel);
            }

            if (generated)
            {
                // Admission has filled the object in already, and would do so a second time.
                name = names.Next(prefix);
                ObjectMetadata.Of(obj)["name"] = name;
                request = request with { Name = name };
            }
        }
    }

    private static StatusError? CheckPath(ApiCall call, JsonObject metadata)
    {
        var kind = call.Kind;
        var ns = metadata.Text("namespace") ?? "";
        if (kind.Namespaced && call.Request.Namespace.Length == 0)
        {
            return StatusErrors.MethodNotSupported(kind.Plural, "create at the cluster scope");
        }

        if (ns.Length > 0 && ns != call.Request.Namespace)
        {
            return StatusErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        return metadata.Text("resourceVersion") is { Length: > 0 }
            ? StatusErrors.BadRequest("resourceVersion should not be set on objects to be created")
            : null;
    }

    /// <summary>The scheduler and the agent go on with the trace that the request began.</summary>
    private static void TracePods(ApiCall call, JsonObject metadata)
    {
        if (call.Kind.StorageName != "pods" || Activity.Current is not { Recorded: true, Id: { } traceParent })
        {
            return;
        }

        if (metadata["annotations"] is not JsonObject annotations)
        {
            metadata["annotations"] = annotations = [];
        }

        annotations[WellKnown.TraceParentAnnotation] = traceParent;
    }
}
