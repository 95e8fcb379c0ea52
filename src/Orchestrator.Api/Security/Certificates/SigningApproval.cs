using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Ownership;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Subresources;
using Orchestrator.Api.Writing;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;
using Orchestrator.Store;

namespace Orchestrator.Api.Security.Certificates;

/// <summary><c>certificatesigningrequests/NAME/approval</c>: the conditions Approved and Denied (<c>kubectl certificate approve|deny</c>), written once and kept.</summary>
internal sealed class SigningApproval(
    IObjectStore store,
    ObjectDecoder decoder,
    FieldOwnership ownership,
    AdmissionWebhooks webhooks,
    AuthorizerChain authorizers,
    ObjectResponse response,
    ApiOptions options,
    TimeProvider time) : ISubresource
{
    public string Resource => SigningRequest.Resource;

    public string Name => "approval";

    public string Kind => "CertificateSigningRequest";

    public IReadOnlyList<string> Verbs { get; } = ["get", "update"];

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var isUpdate = call.Request.Verb == "update";
        var dryRun = WriteOptions.Read(call, "UpdateOptions");
        var body = isUpdate ? await decoder.ReadAsync(call) : new JsonObject();
        if (body.Failed || dryRun.Error is not null)
        {
            return body.Error ?? dryRun.Error;
        }

        for (var attempt = 0; attempt <= options.MaxConflictRetries; attempt++)
        {
            await store.SyncAsync(call.Cancel);
            if (store.Get(call.Key) is not { } stored)
            {
                return StatusErrors.NotFound(call.Kind, call.Request.Name);
            }

            if (!isUpdate)
            {
                return await response.WriteAsync(call, 200, stored.Json);
            }

            var changed = await ApplyAsync(call, stored, body.Value);
            if (changed.Failed)
            {
                return changed.Error;
            }

            if (await webhooks.AdmitAsync(() => Subject(call, stored, changed.Value, dryRun.Value)) is { } denied)
            {
                return denied;
            }

            if (dryRun.Value)
            {
                return await response.WriteUnstoredAsync(call, 200, changed.Value, stored.Revision);
            }

            var result = await store.CommitAsync(StoredEdit.Replace(stored, changed.Value), call.Cancel);
            if (result.Outcome == CommitOutcome.Committed)
            {
                return await response.WriteAsync(call, 200, result.Object!.Json);
            }
        }

        return StatusErrors.Conflict(call.Kind, call.Request.Name);
    }

    private static WebhookSubject Subject(ApiCall call, StoredObject stored, JsonObject changed, bool dryRun)
    {
        var request = new AdmissionRequest(call, call.Kind, "update", "", call.Request.Name, changed, JsonTree.ParseStored(stored.Json), dryRun);
        return WebhookSubject.Of(request)!;
    }

    private async ValueTask<Outcome<JsonObject>> ApplyAsync(ApiCall call, StoredObject stored, JsonObject wanted)
    {
        if (wanted.Child("metadata").Text("resourceVersion") is { Length: > 0 } revision
            && revision != stored.Revision.ToString(CultureInfo.InvariantCulture))
        {
            return StatusErrors.Conflict(call.Kind, call.Request.Name);
        }

        var current = JsonTree.ParseStored(stored.Json);
        current.Child("metadata")?.Remove("resourceVersion");
        var signer = current.Child("spec").Text("signerName") ?? "";
        if (!await MayApproveAsync(call, signer))
        {
            return StatusErrors.Forbidden(call.Kind, call.Request.Name, $"user not permitted to approve requests with signerName \"{signer}\"");
        }

        var errors = new List<FieldError>();
        var old = (JsonObject)current.DeepClone();
        Merge(current, wanted, errors);
        if (errors.Count > 0)
        {
            return StatusErrors.Invalid(call.Kind, call.Request.Name, errors);
        }

        ownership.Track(call, old, current, sent: null);
        return current;
    }

    private async ValueTask<bool> MayApproveAsync(ApiCall call, string signer)
    {
        // A right for all signers of a domain is written example.com/*.
        foreach (var name in (string[])[signer, $"{signer.Split('/')[0]}/*"])
        {
            var asked = AskedRequest.OfResource("approve", SigningRequest.Group, "v1", "signers", "", "", name);
            if ((await authorizers.DecideAsync(call.User, asked, call.Cancel)).Allowed)
            {
                return true;
            }
        }

        return false;
    }

    private void Merge(JsonObject current, JsonObject wanted, List<FieldError> errors)
    {
        foreach (var (condition, i) in wanted.Child("status").Items("conditions"))
        {
            var type = condition.Text("type") ?? "";
            if (type is not (SigningPlan.Approved or SigningPlan.Denied) || SigningPlan.Has(current, type))
            {
                continue;
            }

            if (condition.Text("status") is { Length: > 0 } status and not "True")
            {
                errors.Add(FieldError.NotSupported($"status.conditions[{i}].status", status, "True"));
            }
            else if (SigningPlan.Has(current, type == SigningPlan.Approved ? SigningPlan.Denied : SigningPlan.Approved))
            {
                errors.Add(FieldError.Invalid($"status.conditions[{i}].type", type, "Approved and Denied conditions are mutually exclusive"));
            }
            else
            {
                SigningPlan.AddCondition(current, type, condition.Text("reason") ?? "", condition.Text("message") ?? "", time.GetUtcNow());
            }
        }

        foreach (var type in (string[])[SigningPlan.Approved, SigningPlan.Denied])
        {
            if (SigningPlan.Has(current, type) && !SigningPlan.Has(wanted, type))
            {
                errors.Add(FieldError.Forbidden("status.conditions", $"updates may not remove a condition of type \"{type}\""));
            }
        }
    }
}
