using k8s.Models;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Status;

/// <summary>An event when a container begins to be held back, not for every look at it meanwhile.</summary>
internal static class BackOffEvents
{
    public static void Record(IEventSink events, V1Pod pod, V1PodStatus status)
    {
        var before = (pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.InitContainerStatuses ?? []).ToList();
        foreach (var container in status.ContainerStatuses.Concat(status.InitContainerStatuses ?? []))
        {
            var reason = container.State.Waiting?.Reason;
            if (reason is not (WaitingReasons.CrashLoopBackOff or WaitingReasons.ImagePullBackOff)
                || before.Any(b => b.Name == container.Name && b.State?.Waiting?.Reason == reason && b.RestartCount == container.RestartCount))
            {
                continue;
            }

            var message = reason == WaitingReasons.CrashLoopBackOff
                ? $"Back-off restarting failed container {container.Name} in pod {pod.Metadata.Name}_{pod.Metadata.NamespaceProperty}({pod.Metadata.Uid})"
                : $"Back-off pulling image \"{container.Image}\"";
            events.Record(pod, EventReasons.BackOff, message, isWarning: reason == WaitingReasons.CrashLoopBackOff);
            if (reason == WaitingReasons.ImagePullBackOff)
            {
                events.Record(pod, EventReasons.Failed, $"Error: {reason}", isWarning: true);
            }
        }
    }
}
