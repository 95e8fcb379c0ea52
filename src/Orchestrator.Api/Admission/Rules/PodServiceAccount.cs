using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.Admission.Rules;

/// <summary>
/// A pod's service account must exist, and its containers get a token of it unless pod or account say no. Every namespace gets the account <c>default</c> by
/// itself, if perhaps a moment after it was made: that one is not waited for.
/// </summary>
internal sealed class PodServiceAccount(IObjectStore store, GeneratedNames names) : IAdmissionRule
{
    private const string Default = "default";

    public bool AppliesTo(ResourceKind kind, string verb, string subresource) => verb == "create" && kind.StorageName == "pods";

    public async ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel)
    {
        JsonObject? spec = request.Object.Child("spec");
        string name = spec.Text("serviceAccountName") ?? Default;
        var key = new ObjectKey("serviceaccounts", request.Namespace, name);
        StoredObject? found = store.Get(key);
        if (found is null && name != Default)
        {
            await store.SyncAsync(cancel);
            found = store.Get(key);
            if (found is null)
            {
                return StatusErrors.Forbidden(
                    request.Kind, request.Name, $"error looking up service account {request.Namespace}/{name}: serviceaccount \"{name}\" not found");
            }
        }

        JsonObject? account = found is null ? null : JsonTree.ParseStored(found.Json);
        if (spec is not null && WantsToken(spec, account))
        {
            TokenMount.AddTo(spec, names);
        }

        // An agent that cannot pull with secrets would refuse the pod.
        if (PodSupport.Spec.Supported.Contains("imagePullSecrets") && spec is not null && spec["imagePullSecrets"].IsUnset()
            && account?["imagePullSecrets"] is JsonArray { Count: > 0 } secrets)
        {
            spec["imagePullSecrets"] = secrets.DeepClone();
        }

        return null;
    }

    private static bool WantsToken(JsonObject spec, JsonObject? account) =>
        spec.Flag("automountServiceAccountToken") ?? account.Flag("automountServiceAccountToken") ?? true;
}
