using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Subresources.Logs;

/// <summary>Which container's log is meant, and whether it has one; in the words of Kubernetes, which tools and people know.</summary>
internal static class LogTarget
{
    /// <summary>The container asked for, or the only one.</summary>
    public static Outcome<string> Choose(JsonObject pod, string asked)
    {
        string? podName = pod.Child("metadata").Text("name");
        string[] containers = Names(pod, "containers");
        string[] initContainers = Names(pod, "initContainers");
        if (asked.Length > 0)
        {
            return containers.Contains(asked) || initContainers.Contains(asked)
                ? asked
                : StatusErrors.BadRequest($"container {asked} is not valid for pod {podName}");
        }

        if (containers.Length == 1)
        {
            return containers[0];
        }

        string or = initContainers.Length == 0 ? "" : $" or one of the init containers: [{string.Join(' ', initContainers)}]";
        return StatusErrors.BadRequest($"a container name must be specified for pod {podName}, choose one of: [{string.Join(' ', containers)}]{or}");
    }

    /// <summary>Why the container has no log, judging by the pod's status; null where it should have one.</summary>
    public static string? Unavailable(JsonObject pod, string container, bool previous)
    {
        string? podName = pod.Child("metadata").Text("name");
        if (string.IsNullOrEmpty(pod.Child("spec").Text("nodeName")))
        {
            return $"pod {podName} does not have a host assigned";
        }

        JsonObject? status = pod.Child("status").Items("containerStatuses").Concat(pod.Child("status").Items("initContainerStatuses"))
            .Select(s => s.Item).FirstOrDefault(s => s.Text("name") == container);
        string subject = $"container \"{container}\" in pod \"{podName}\"";
        bool hasEnded = status.Child("lastState", "terminated") is not null;
        JsonObject? state = status.Child("state");
        return status is null ? $"{subject} is waiting to start: ContainerCreating"
            : previous ? (hasEnded ? null : $"previous terminated {subject} not found")
            : hasEnded || state.Child("running") is not null || state.Child("terminated") is not null ? null
            : state.Child("waiting").Text("reason") switch
            {
                "ErrImagePull" => $"{subject} is waiting to start: image can't be pulled",
                "ImagePullBackOff" => $"{subject} is waiting to start: trying and failing to pull image",
                { Length: > 0 } reason => $"{subject} is waiting to start: {reason}",
                _ => $"{subject} is waiting to start - no logs yet",
            };
    }

    private static string[] Names(JsonObject pod, string list) =>
        [.. pod.Child("spec").Items(list).Select(c => c.Item.Text("name")).OfType<string>()];
}
