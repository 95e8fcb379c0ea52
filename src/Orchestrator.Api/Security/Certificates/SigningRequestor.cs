using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Security.Reviews;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Security.Certificates;

/// <summary>
/// Writes into a signing request who sends it, whatever it says itself; lets nobody ask for an administrator's certificate. Of the status, a certificate is for
/// those who may <c>sign</c>, and approval is written by <see cref="SigningApproval"/> alone.
/// </summary>
internal sealed class SigningRequestor(AuthorizerChain authorizers) : IAdmissionRule
{
    public bool AppliesTo(ResourceKind kind, string verb, string subresource) =>
        kind.StorageName == SigningRequest.Resource && (verb == "create" || (verb == "update" && subresource == "status"));

    public async ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel) =>
        request.Old is { } old ? await AdmitStatusAsync(request, old, cancel) : AdmitCreation(request);

    private static StatusError? AdmitCreation(AdmissionRequest request)
    {
        if (request.Object.ObjectOrNew("spec") is { } spec)
        {
            var user = UserJson.Of(request.Call.User);
            foreach (var field in (ReadOnlySpan<string>)["username", "uid", "groups", "extra"])
            {
                spec.Remove(field);
                if (user[field] is { } value)
                {
                    spec[field] = value.DeepClone();
                }
            }
        }

        return SigningRequest.Read(request.Object) is { Signer: Signers.Client } asked && asked.Organizations.Contains(WellKnown.MastersGroup)
            ? StatusErrors.Forbidden(request.Kind, request.Name, $"use of {Signers.Client} signer with {WellKnown.MastersGroup} group is not allowed")
            : null;
    }

    private async ValueTask<StatusError?> AdmitStatusAsync(AdmissionRequest request, JsonObject old, CancellationToken cancel)
    {
        var (now, before) = (request.Object.ObjectOrNew("status"), old.Child("status"));
        if (now is null)
        {
            return null;
        }

        var signer = old.Child("spec").Text("signerName") ?? "";
        var asked = AskedRequest.OfResource("sign", SigningRequest.Group, "v1", "signers", "", "", signer);
        if (now.Text("certificate") != before.Text("certificate") && !(await authorizers.DecideAsync(request.Call.User, asked, cancel)).Allowed)
        {
            return StatusErrors.Forbidden(request.Kind, request.Name, $"user not permitted to sign requests with signerName \"{signer}\"");
        }

        JsonNode[] conditions =
        [
            .. before.Items("conditions").Where(c => IsApproval(c.Item)).Select(c => c.Item.DeepClone()),
            .. now.Items("conditions").Where(c => !IsApproval(c.Item)).Select(c => c.Item.DeepClone()),
        ];
        if (conditions.Length > 0 || now["conditions"] is not null)
        {
            now["conditions"] = new JsonArray(conditions);
        }

        return null;
    }

    private static bool IsApproval(JsonObject condition) => condition.Text("type") is SigningPlan.Approved or SigningPlan.Denied;
}
