using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Security;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Admission.Rules;

/// <summary>
/// What an agent writes must be about its own node: what <see cref="Security.Authorization.NodeAuthorizer"/> cannot tell from the path. It may not
/// remove taints that others put on its Node, nor give itself labels by which workloads are kept apart.
/// </summary>
public sealed class NodeRestriction : IAdmissionRule
{
    private const string RestrictedLabel = "node-restriction.kubernetes.io";

    public bool AppliesTo(ResourceKind kind, string verb, string subresource) =>
        verb is "create" or "update" && kind.Kind is "Node" or "Lease" or "Hypervisor" or "PersistentVolume";

    public ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel)
    {
        string? refusal = NodeIdentity.NodeName(request.Call.User) is { } node ? Judge(request, node) : null;
        return new(refusal is null ? null : StatusErrors.Forbidden(request.Kind, request.Name, refusal));
    }

    private static string? Judge(AdmissionRequest request, string node) => request.Kind.Kind switch
    {
        "Node" when request.Name != node => $"node \"{node}\" is not allowed to modify node \"{request.Name}\"",
        "Node" => JudgeNode(request.Object, request.Old, node),
        "Lease" when request.Name != node => $"node \"{node}\" may only write its own lease",
        "Hypervisor" when request.Object.Child("spec").Text("nodeName") != node => $"node \"{node}\" may only write hypervisors with spec.nodeName {node}",
        "PersistentVolume" when !OnlyReleases(request.Object, request.Old, node) => $"node \"{node}\" may only take its finalizer {LocalVolumes.Finalizer} off volumes of its own",
        _ => null,
    };

    /// <summary>Whether nothing is changed but that the node's finalizer is gone, from a volume that lies on the node.</summary>
    private static bool OnlyReleases(JsonObject obj, JsonObject? old, string node)
    {
        if (old is null || !NodeNames(old).Contains(node))
        {
            return false;
        }

        var expected = (JsonObject)old.DeepClone();
        JsonObject? metadata = expected.Child("metadata");
        JsonArray left = new([.. metadata.Texts("finalizers").Where(f => f != LocalVolumes.Finalizer).Select(f => (JsonNode)f)]);
        (metadata!["finalizers"], metadata["managedFields"]) = (left, null);
        var actual = (JsonObject)obj.DeepClone();
        JsonObject? written = actual.Child("metadata");
        (written!["finalizers"], written["managedFields"]) = (new JsonArray([.. written.Texts("finalizers").Select(f => (JsonNode)f)]), null);
        return JsonNode.DeepEquals(expected, actual);
    }

    private static IEnumerable<string> NodeNames(JsonObject volume) => volume.Child("spec", "nodeAffinity").Child("required").Items("nodeSelectorTerms")
        .SelectMany(t => t.Item.Items("matchExpressions"))
        .Where(e => e.Item.Text("key") == WellKnown.HostnameLabel && e.Item.Text("operator") == "In")
        .SelectMany(e => e.Item.Texts("values"));

    private static string? JudgeNode(JsonObject obj, JsonObject? old, string node)
    {
        JsonObject? labels = obj.Child("metadata", "labels");
        JsonObject? before = old.Child("metadata", "labels");
        IEnumerable<string> names = (labels ?? []).Select(l => l.Key).Union((before ?? []).Select(l => l.Key), StringComparer.Ordinal);
        foreach (string name in names.Where(IsRestricted))
        {
            if (labels.Text(name) != before.Text(name))
            {
                return $"is not allowed to modify labels: {name}";
            }
        }

        return old is not null && !JsonNode.DeepEquals(obj.Child("spec")?["taints"], old.Child("spec")?["taints"])
            ? $"node \"{node}\" is not allowed to modify taints"
            : null;
    }

    private static bool IsRestricted(string label)
    {
        int slash = label.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && (label.AsSpan(0, slash) is RestrictedLabel || label.AsSpan(0, slash).EndsWith("." + RestrictedLabel, StringComparison.Ordinal));
    }
}
