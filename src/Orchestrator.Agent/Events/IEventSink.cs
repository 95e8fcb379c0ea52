using k8s.Models;

namespace Orchestrator.Agent.Events;

/// <summary>Takes what happened to a pod, for <c>kubectl describe</c>. Never waits and never fails: events are dropped rather than work held up.</summary>
public interface IEventSink
{
    /// <param name="pod">The pod concerned.</param>
    /// <param name="reason">See <see cref="EventReasons"/>.</param>
    /// <param name="message">A sentence.</param>
    /// <param name="isWarning">Type Warning instead of Normal.</param>
    void Record(V1Pod pod, string reason, string message, bool isWarning = false);
}

/// <summary>Reasons of events, as kubelet words them.</summary>
public static class EventReasons
{
    public const string Pulling = "Pulling";
    public const string Pulled = "Pulled";
    public const string Created = "Created";
    public const string Started = "Started";
    public const string Killing = "Killing";
    public const string Unhealthy = "Unhealthy";
    public const string FailedPostStartHook = "FailedPostStartHook";
    public const string FailedPreStopHook = "FailedPreStopHook";
    public const string BackOff = "BackOff";
    public const string Failed = "Failed";
    public const string FailedKillPod = "FailedKillPod";
    public const string FailedToRetrieveImagePullSecret = "FailedToRetrieveImagePullSecret";
    public const string FailedMount = "FailedMount";
    public const string FailedCreatePodSandBox = "FailedCreatePodSandBox";
    public const string SandboxChanged = "SandboxChanged";
}
