using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.Agent.Nodes;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Agent.Pods;

/// <summary>The API refuses what no agent carries out; a pod that came past it (an older server, a newer field) is refused here, by the field's name.</summary>
internal static class UnsupportedFields
{
    public static AdmissionRefusal? Of(V1Pod pod)
    {
        var errors = new List<FieldError>();
        PodSupport.Validate(JsonNode.Parse(KubernetesJson.Serialize(pod.Spec))!.AsObject(), errors);
        return errors.Count == 0 ? null : new AdmissionRefusal("UnsupportedField", string.Join("; ", errors));
    }
}
