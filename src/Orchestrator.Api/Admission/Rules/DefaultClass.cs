using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.Admission.Rules;

/// <summary>
/// A claim that names no StorageClass, and an Ingress that names no IngressClass, get the one that is annotated as the default, as in Kubernetes: of several the newest,
/// then the first by name. An empty name says that none is wanted.
/// </summary>
internal sealed class DefaultClass(IObjectStore store) : IAdmissionRule
{
    private static readonly Dictionary<string, (string Classes, string Annotation, string Field)> Kinds = new(StringComparer.Ordinal)
    {
        ["persistentvolumeclaims"] = ("storageclasses.storage.k8s.io", "storageclass.kubernetes.io/is-default-class", "storageClassName"),
        ["ingresses.networking.k8s.io"] = ("ingressclasses.networking.k8s.io", "ingressclass.kubernetes.io/is-default-class", "ingressClassName"),
    };

    public bool AppliesTo(ResourceKind kind, string verb, string subresource) => verb == "create" && Kinds.ContainsKey(kind.StorageName);

    public ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel)
    {
        (string classes, string annotation, string field) = Kinds[request.Kind.StorageName];
        bool isChosenOtherwise = request.Object.Child("metadata", "annotations").Text("kubernetes.io/ingress.class") is not null;
        if (request.Object.ObjectOrNew("spec") is { } spec && spec[field] is null && !isChosenOtherwise)
        {
            JsonObject? found = store.List(classes).Items
                .Select(c => JsonTree.ParseStored(c.Json))
                .Where(c => c.Child("metadata", "annotations").Text(annotation) == "true")
                .OrderByDescending(c => c.Child("metadata").Time("creationTimestamp"))
                .ThenBy(c => c.Child("metadata").Text("name"), StringComparer.Ordinal)
                .FirstOrDefault();
            if (found.Child("metadata").Text("name") is { } name)
            {
                spec[field] = name;
            }
        }

        return new((StatusError?)null);
    }
}
