using k8s.Models;

namespace Orchestrator.Agent.Plans;

/// <summary>Why the node itself ends a pod that the API still wants: its containers are stopped, and the pod has failed.</summary>
/// <param name="Reason"><c>status.reason</c>: DeadlineExceeded, Evicted, ...</param>
/// <param name="Message"><c>status.message</c>.</param>
/// <param name="Grace">What it gets to end; null for what the pod asks for.</param>
/// <param name="IsDisruption">It is not to blame for its end, and says so in a condition <c>DisruptionTarget</c>.</param>
public sealed record PodEnding(string Reason, string Message, TimeSpan? Grace = null, bool IsDisruption = false)
{
    /// <summary>When <c>activeDeadlineSeconds</c> is over, counted from the pod's start; null for a pod without one, or that has not started.</summary>
    public static DateTimeOffset? Deadline(V1Pod pod) =>
        pod.Spec.ActiveDeadlineSeconds is { } seconds && pod.Status?.StartTime is { } start ? new DateTimeOffset(start) + TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The end of a pod whose deadline is over; null for others. Pure.</summary>
    public static PodEnding? ByDeadline(V1Pod pod, DateTimeOffset now) => Deadline(pod) <= now
        ? new PodEnding("DeadlineExceeded", "Pod was active on the node longer than the specified deadline")
        : null;
}
