using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Subresources.Agents;

/// <summary>Which container of a pod is meant, in the words of Kubernetes, which tools and people know.</summary>
internal static class ContainerChoice
{
    private const string DefaultAnnotation = "kubectl.kubernetes.io/default-container";

    /// <summary>The container asked for, the only one, or the one that the pod's annotation names.</summary>
    public static Outcome<string> Of(JsonObject pod, string asked)
    {
        string? podName = pod.Child("metadata").Text("name");
        string[] containers = Names(pod, "containers");
        string[] initContainers = Names(pod, "initContainers");
        string[] ephemeralContainers = Names(pod, "ephemeralContainers");
        if (asked.Length > 0)
        {
            return containers.Contains(asked) || initContainers.Contains(asked) || ephemeralContainers.Contains(asked)
                ? asked
                : StatusErrors.BadRequest($"container {asked} is not valid for pod {podName}");
        }

        if (containers.Length == 1)
        {
            return containers[0];
        }

        if (pod.Child("metadata", "annotations").Text(DefaultAnnotation) is { } named && containers.Contains(named))
        {
            return named;
        }

        string init = initContainers.Length == 0 ? "" : $" or one of the init containers: [{string.Join(' ', initContainers)}]";
        string ephemeral = ephemeralContainers.Length == 0 ? "" : $" or one of the ephemeral containers: [{string.Join(' ', ephemeralContainers)}]";
        return StatusErrors.BadRequest($"a container name must be specified for pod {podName}, choose one of: [{string.Join(' ', containers)}]{init}{ephemeral}");
    }

    private static string[] Names(JsonObject pod, string list) =>
        [.. pod.Child("spec").Items(list).Select(c => c.Item.Text("name")).OfType<string>()];
}
