using k8s.Models;
using Orchestrator.Agent.Nodes;

namespace Orchestrator.Agent.Status;

/// <summary>Status of a pod that the node does not take: it has failed, and whoever owns it makes another. Pure.</summary>
internal static class RefusedStatus
{
    public static V1PodStatus Of(V1Pod pod, AdmissionRefusal refusal, string hostIp, DateTimeOffset now) => new()
    {
        Phase = PodPhases.Failed,
        Reason = refusal.Reason,
        Message = refusal.Message,
        HostIP = hostIp,
        StartTime = now.UtcDateTime,
        QosClass = Pods.PodQos.Of(pod),
        Conditions = pod.Status?.Conditions,
        ObservedGeneration = pod.Metadata.Generation,
    };
}
