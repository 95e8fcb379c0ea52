using k8s.Models;

namespace Orchestrator.Agent.Plans;

/// <summary>What <c>spec.restartPolicy</c> says about a container that ended.</summary>
public static class RestartPolicies
{
    /// <summary>An init container that goes on beside the others (<c>restartPolicy: Always</c>).</summary>
    public static bool IsSidecar(V1Container initContainer) => initContainer.RestartPolicy == "Always";

    /// <param name="policy">Always, OnFailure or Never; null is Always.</param>
    /// <param name="exitCode">Of the container that ended.</param>
    /// <param name="isInit">Init containers that succeeded are done under every policy.</param>
    public static bool Restarts(string? policy, int exitCode, bool isInit) => policy switch
    {
        "Never" => false,
        "OnFailure" => exitCode != 0,
        _ => !isInit || exitCode != 0,
    };
}
