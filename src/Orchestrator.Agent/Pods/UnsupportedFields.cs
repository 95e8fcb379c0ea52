using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.Agent.Nodes;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Agent.Pods;

/// <summary>The API refuses what no agent carries out; a pod that came past it (an older server, a newer field) is refused here, by the field's name.</summary>
internal static class UnsupportedFields
{
    /// <param name="pod">The pod.</param>
    /// <param name="runtime">What would run it; null while that is not known.</param>
    public static AdmissionRefusal? Of(V1Pod pod, IPodRuntime? runtime)
    {
        var errors = new List<FieldError>();
        CheckProbes(pod, runtime, errors);
        PodSupport.Validate(JsonNode.Parse(KubernetesJson.Serialize(pod.Spec))!.AsObject(), errors);
        return errors.Count == 0 ? null : new AdmissionRefusal("UnsupportedField", string.Join("; ", errors));
    }

    /// <summary>Machines run no commands and have no address on the pod network yet: what probes or hooks would do in them cannot be done.</summary>
    private static void CheckProbes(V1Pod pod, IPodRuntime? runtime, List<FieldError> errors)
    {
        if (runtime is null or IInteractiveRuntime)
        {
            return;
        }

        foreach (var container in pod.Spec.Containers)
        {
            (string Field, object? Value)[] fields =
            [
                ("startupProbe", container.StartupProbe), ("livenessProbe", container.LivenessProbe), ("readinessProbe", container.ReadinessProbe), ("lifecycle", container.Lifecycle),
            ];
            errors.AddRange(fields.Where(f => f.Value is not null).Select(f => FieldError.Forbidden(
                $"spec.containers[{container.Name}].{f.Field}", $"not supported by the runtime {runtime.Identity.Technology} yet")));
        }
    }
}
