using System.Text.Json.Nodes;
using Orchestrator.Api.Auditing;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Subresources;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>
/// Holds pods to the level that the labels of their namespace ask for: <c>enforce</c> refuses, <c>warn</c> warns, <c>audit</c> notes in the audit log. Templates
/// of pods are warned of and noted and never refused, since it is their pods that count.
/// </summary>
public sealed class PodSecurityCheck(IObjectStore store) : IAdmissionCheck
{
    private static readonly string[] ContainerLists = ["containers", "initContainers", "ephemeralContainers"];

    public bool AppliesTo(ResourceKind kind, string verb, string subresource) =>
        verb is "create" or "update" && subresource is ("" or PodEphemeralContainers.Subresource) && (kind.StorageName == "pods" || PodTemplatePaths.Has(kind.StorageName));

    public ValueTask<StatusError?> CheckAsync(AdmissionRequest request, CancellationToken cancel)
    {
        bool isPod = request.Kind.StorageName == "pods";
        IReadOnlyDictionary<string, string>? labels = store.Get(new ObjectKey("namespaces", "", request.Namespace))?.Labels;
        if (labels is null || (isPod && request.Old is { } old && !IsSignificant(request.Object, old)))
        {
            return new((StatusError?)null);
        }

        JsonObject? pod = isPod ? request.Object : PodTemplatePaths.Find(request.Kind.StorageName, request.Object);
        SecurityPolicy enforce = SecurityPolicy.Of(labels, "enforce"), warn = SecurityPolicy.Of(labels, "warn"), audit = SecurityPolicy.Of(labels, "audit");
        if (isPod && AuditRecord.IsKept(request.Call.Http))
        {
            AuditRecord.Annotate(request.Call.Http, SecurityPolicy.Prefix + "enforce-policy", enforce.ToString());
        }

        if (pod is not null && SecurityStandards.Violations(audit, pod.Child("metadata"), pod.Child("spec")) is { } noted)
        {
            AuditRecord.Annotate(request.Call.Http, SecurityPolicy.Prefix + "audit-violations", $"would violate PodSecurity \"{audit}\": {noted}");
        }

        if (isPod && SecurityStandards.Violations(enforce, pod.Child("metadata"), pod.Child("spec")) is { } refused)
        {
            return new(StatusErrors.Forbidden(request.Kind, request.Name, $"violates PodSecurity \"{enforce}\": {refused}"));
        }

        if (pod is not null && SecurityStandards.Violations(warn, pod.Child("metadata"), pod.Child("spec")) is { } warned)
        {
            request.Call.Warn($"would violate PodSecurity \"{warn}\": {warned}");
        }

        return new((StatusError?)null);
    }

    // Of what an update may change, only the images and the annotations that set profiles matter.
    private static bool IsSignificant(JsonObject pod, JsonObject old) =>
        !JsonNode.DeepEquals(pod.Child("metadata")?["annotations"], old.Child("metadata")?["annotations"])
        || !ContainerLists.All(list =>
            pod.Child("spec").Items(list).Select(c => c.Item.Text("image")).SequenceEqual(old.Child("spec").Items(list).Select(c => c.Item.Text("image"))));
}

/// <summary>Where kinds that make pods keep the template of them.</summary>
internal static class PodTemplatePaths
{
    private static readonly Dictionary<string, string[]> Paths = new(StringComparer.Ordinal)
    {
        ["podtemplates"] = ["template"],
        ["replicationcontrollers"] = ["spec", "template"],
        ["replicasets.apps"] = ["spec", "template"],
        ["deployments.apps"] = ["spec", "template"],
        ["statefulsets.apps"] = ["spec", "template"],
        ["daemonsets.apps"] = ["spec", "template"],
        ["jobs.batch"] = ["spec", "template"],
        ["cronjobs.batch"] = ["spec", "jobTemplate", "spec", "template"],
    };

    public static bool Has(string storageName) => Paths.ContainsKey(storageName);

    public static JsonObject? Find(string storageName, JsonObject obj) => Paths[storageName].Aggregate((JsonObject?)obj, (at, name) => at.Child(name));
}
