using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Rules.Pods;
using Orchestrator.Store;

namespace Orchestrator.Api.Admission.Rules;

/// <summary>A pod's runtime class must exist; its overhead, node selector and tolerations become the pod's.</summary>
public sealed class PodRuntimeClass(IObjectStore store) : IAdmissionRule
{
    private const string Resource = "runtimeclasses.node.k8s.io";

    public bool AppliesTo(ResourceKind kind, string verb, string subresource) => verb == "create" && kind.StorageName == "pods";

    public ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel)
    {
        string? refusal = request.Object.Child("spec") is { } spec ? Apply(spec) : null;
        return new(refusal is null ? null : StatusErrors.Forbidden(request.Kind, request.Name, refusal));
    }

    private string? Apply(JsonObject spec)
    {
        if (spec.Text("runtimeClassName") is not { Length: > 0 } name)
        {
            return spec["overhead"].IsUnset() ? null : "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead: no runtimeClassName is set";
        }

        if (store.Get(new ObjectKey(Resource, "", name)) is not { } stored || JsonNode.Parse(stored.Json.Span) is not JsonObject found)
        {
            return $"pod rejected: RuntimeClass \"{name}\" not found";
        }

        return PodClassRules.ApplyRuntimeClass(spec, found);
    }
}
