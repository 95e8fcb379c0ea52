using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.Admission.Rules;

/// <summary>
/// A pod's service account must exist. Every namespace gets <c>default</c> by itself, if perhaps a moment after it was made: that one is not waited for.
/// </summary>
public sealed class PodServiceAccount(IObjectStore store) : IAdmissionRule
{
    private const string Default = "default";

    public bool AppliesTo(ResourceKind kind, string verb, string subresource) => verb == "create" && kind.StorageName == "pods";

    public ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel)
    {
        string name = request.Object.Child("spec").Text("serviceAccountName") ?? Default;
        bool found = name == Default || store.Get(new ObjectKey("serviceaccounts", request.Namespace, name)) is not null;
        return new(found ? null : StatusErrors.Forbidden(
            request.Kind, request.Name, $"error looking up service account {request.Namespace}/{name}: serviceaccount \"{name}\" not found"));
    }
}
