using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
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

        return ApplyOverhead(spec, found) ?? ApplyNodeSelector(spec, found) ?? ApplyTolerations(spec, found);
    }

    private static string? ApplyOverhead(JsonObject spec, JsonObject found)
    {
        JsonObject? overhead = found.Child("overhead", "podFixed");
        if (!spec["overhead"].IsUnset())
        {
            return JsonNode.DeepEquals(spec["overhead"], overhead) ? null : "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
        }

        if (overhead is { Count: > 0 })
        {
            spec["overhead"] = overhead.DeepClone();
        }

        return null;
    }

    private static string? ApplyNodeSelector(JsonObject spec, JsonObject found)
    {
        foreach ((string key, JsonNode? value) in found.Child("scheduling", "nodeSelector") ?? [])
        {
            JsonObject? selector = spec.ObjectOrNew("nodeSelector");
            if (selector?[key] is { } own && own.AsText() != value.AsText())
            {
                return $"conflict: the RuntimeClass and the pod ask for different values of the node label {key}";
            }

            if (selector is not null)
            {
                selector[key] = value?.DeepClone();
            }
        }

        return null;
    }

    private static string? ApplyTolerations(JsonObject spec, JsonObject found)
    {
        foreach ((JsonObject toleration, _) in found.Child("scheduling").Items("tolerations"))
        {
            if (spec.Array("tolerations") is { } own && !own.Any(t => JsonNode.DeepEquals(t, toleration)))
            {
                own.Add(toleration.DeepClone());
            }
        }

        return null;
    }
}
