namespace Orchestrator.Agent.Plans;

/// <summary>What <c>spec.restartPolicy</c> says about a container that ended.</summary>
public static class RestartPolicies
{
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
