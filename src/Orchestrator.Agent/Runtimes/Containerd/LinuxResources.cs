using k8s.Models;
using Orchestrator.Agent.Resources;
using Orchestrator.Agent.Runtimes.Containerd.Cri;

namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>
/// Requests and limits of a container as control group settings, by kubelet's formulas: shares from the CPU request,
/// quota per 100 ms from the CPU limit, the memory limit as it is.
/// </summary>
internal static class LinuxResources
{
    private const int BestEffortOomScore = 1000;
    private const int GuaranteedOomScore = -997;

    /// <param name="container">The container.</param>
    /// <param name="qosClass">Guaranteed, Burstable or BestEffort.</param>
    /// <param name="nodeMemoryBytes">Memory of the node, against which a burstable container's request is weighed.</param>
    /// <param name="inheritedOomScore">The agent's own <c>oom_score_adj</c>: without CAP_SYS_RESOURCE it cannot be lowered, and a container that tries does not start.</param>
    public static LinuxContainerResources Of(V1Container container, string qosClass, long nodeMemoryBytes, int inheritedOomScore)
    {
        var cpuLimit = Quantity(container.Resources?.Limits, "cpu");
        var cpuRequest = Quantity(container.Resources?.Requests, "cpu") ?? cpuLimit;
        var memoryLimit = Quantity(container.Resources?.Limits, "memory");
        var memoryRequest = Quantity(container.Resources?.Requests, "memory") ?? memoryLimit ?? 0;
        var resources = new LinuxContainerResources
        {
            CpuShares = CpuPeriod.Shares(cpuRequest ?? 0),
            MemoryLimitInBytes = (long)(memoryLimit ?? 0),
            OomScoreAdj = Math.Max(inheritedOomScore, OomScore(qosClass, (long)memoryRequest, nodeMemoryBytes)),
        };
        if (cpuLimit is { } limit and > 0)
        {
            resources.CpuPeriod = CpuPeriod.Microseconds;
            resources.CpuQuota = CpuPeriod.Quota(limit);
        }

        return resources;
    }

    private static int OomScore(string qosClass, long requestBytes, long nodeMemoryBytes) => qosClass switch
    {
        "Guaranteed" => GuaranteedOomScore,
        "BestEffort" => BestEffortOomScore,
        // The less a container asked for, the sooner it goes; but always before a guaranteed and after a best-effort one.
        _ => (int)Math.Clamp(1000 - (1000 * requestBytes / Math.Max(1, nodeMemoryBytes)), 1000 + GuaranteedOomScore, BestEffortOomScore - 1),
    };

    private static decimal? Quantity(IDictionary<string, ResourceQuantity>? quantities, string name) =>
        quantities is not null && quantities.TryGetValue(name, out var quantity) ? quantity.ToDecimal() : null;
}
