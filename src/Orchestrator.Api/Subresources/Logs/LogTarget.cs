using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Subresources.Logs;

/// <summary>Whether a container has a log; in the words of Kubernetes, which tools and people know.</summary>
internal static class LogTarget
{
    /// <summary>Why the container has no log, judging by the pod's status; null where it should have one.</summary>
    public static string? Unavailable(JsonObject pod, string container, bool previous)
    {
        string? podName = pod.Child("metadata").Text("name");
        if (string.IsNullOrEmpty(pod.Child("spec").Text("nodeName")))
        {
            return $"pod {podName} does not have a host assigned";
        }

        JsonObject? status = pod.Child("status").Items("containerStatuses").Concat(pod.Child("status").Items("initContainerStatuses"))
            .Concat(pod.Child("status").Items("ephemeralContainerStatuses"))
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
}
