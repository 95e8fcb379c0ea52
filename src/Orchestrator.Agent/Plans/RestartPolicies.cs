using k8s.Models;
using Orchestrator.Agent.Containers;

namespace Orchestrator.Agent.Plans;

/// <summary>What <c>spec.restartPolicy</c>, and that of a sidecar, says about a container that ended.</summary>
public static class RestartPolicies
{
    /// <param name="pod">Its policy is Always, OnFailure or Never; null is Always.</param>
    /// <param name="container">The container that ended: a sidecar is run again whatever the pod's policy says.</param>
    /// <param name="exitCode">How it ended.</param>
    /// <param name="isInit">Init containers that succeeded are done under every policy, unless they are sidecars.</param>
    public static bool Restarts(V1Pod pod, V1Container container, int exitCode, bool isInit) =>
        (isInit && PodContainers.IsSidecar(container)) || pod.Spec.RestartPolicy switch
        {
            "Never" => false,
            "OnFailure" => exitCode != 0,
            _ => !isInit || exitCode != 0,
        };
}
