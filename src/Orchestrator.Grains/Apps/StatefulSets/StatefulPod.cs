using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps.Pods;
using Orchestrator.Grains.Apps.Revisions;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Grains.Apps.StatefulSets;

/// <summary>A pod with the identity that its ordinal gives it: its name, which is its host name, and the labels that say so.</summary>
internal static class StatefulPod
{
    public static JsonObject Create(StatefulSetView view, int index)
    {
        string revision = view.RevisionOf(index);
        string ordinal = (view.Start + index).ToString(CultureInfo.InvariantCulture);
        string name = $"{view.Stored.Key.Name}-{ordinal}";
        JsonObject pod = PodTemplate.Pod(ControllerKind.StatefulSet, view.Stored, view.History.Find(revision)!.Template, name);
        JsonObject labels = pod.Child("metadata")!.ObjectOrNew("labels")!;
        labels["statefulset.kubernetes.io/pod-name"] = name;
        labels["apps.kubernetes.io/pod-index"] = ordinal;
        labels[Revision.Label] = revision;
        JsonObject spec = pod.Child("spec")!;
        spec["hostname"] = name;
        StatefulClaims.Mount(pod, view, view.Start + index);

        // A pod with a field that is not carried out would be refused.
        if (view.Spec.Text("serviceName") is { Length: > 0 } service && PodSupport.Spec.Supported.Contains("subdomain"))
        {
            spec["subdomain"] = service;
        }

        return pod;
    }
}
