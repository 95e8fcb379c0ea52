using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Admission.Rules;

/// <summary>
/// New claims and volumes get the finalizer by which they stay, though deleted, while a pod or a claim uses them (Kubernetes' StorageObjectInUseProtection).
/// </summary>
public sealed class StorageProtection : IAdmissionRule
{
    public bool AppliesTo(ResourceKind kind, string verb, string subresource) => verb == "create" && FinalizerOf(kind) is not null;

    public ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        string finalizer = FinalizerOf(request.Kind)!;
        if (request.Object.ObjectOrNew("metadata") is { } metadata && !metadata.Texts("finalizers").Contains(finalizer, StringComparer.Ordinal))
        {
            JsonArray finalizers = metadata.Array("finalizers") ?? [];
            finalizers.Add((JsonNode)JsonValue.Create(finalizer));
            metadata["finalizers"] = finalizers;
        }

        return new((StatusError?)null);
    }

    private static string? FinalizerOf(ResourceKind kind) => kind.StorageName switch
    {
        "persistentvolumeclaims" => "kubernetes.io/pvc-protection",
        "persistentvolumes" => "kubernetes.io/pv-protection",
        _ => null,
    };
}
