using k8s.Models;
using Orchestrator.Agent.Nodes;
using Orchestrator.Agent.Pods;

namespace Orchestrator.Agent.Resources;

/// <summary>
/// What the control group of a whole pod is held to, by kubelet's formulas: processor shares as all containers ask for together, and hard limits only where
/// every container has one.
/// </summary>
/// <param name="CpuShares">Weight against other pods; 1024 is one processor.</param>
/// <param name="CpuQuotaMicroseconds">Of each <see cref="CpuPeriod.Microseconds"/>; null for no limit.</param>
/// <param name="MemoryBytes">Null for no limit.</param>
/// <param name="Processes">Processes and threads; null for no limit.</param>
internal sealed record PodGroupLimits(long CpuShares, long? CpuQuotaMicroseconds, long? MemoryBytes, long? Processes)
{
    public static PodGroupLimits Of(V1Pod pod, long? maxProcesses)
    {
        var requests = PodRequests.Of(pod);
        V1Container[] containers = [.. pod.Spec.Containers, .. pod.Spec.InitContainers ?? []];
        var isBestEffort = PodQos.Of(pod) == "BestEffort";
        return new PodGroupLimits(
            CpuPeriod.Shares(isBestEffort ? 0 : requests.GetValueOrDefault("cpu")),
            Limit(containers, pod, "cpu") is { } cpu ? CpuPeriod.Quota(cpu) : null,
            Limit(containers, pod, "memory") is { } memory ? (long)memory : null,
            maxProcesses);
    }

    /// <summary>What all together may have; null where one of them may have anything.</summary>
    private static decimal? Limit(V1Container[] containers, V1Pod pod, string name) =>
        containers.All(c => Limits(c).GetValueOrDefault(name) > 0) ? PodRequests.Total(pod, Limits).GetValueOrDefault(name) : null;

    private static Dictionary<string, decimal> Limits(V1Container container) =>
        (container.Resources?.Limits ?? new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal)).ToDictionary(e => e.Key, e => e.Value.ToDecimal(), StringComparer.Ordinal);
}

/// <summary>Processors as the kernel's scheduler counts them.</summary>
internal static class CpuPeriod
{
    public const long Microseconds = 100_000;
    private const long LeastQuota = 1_000;
    private const long LeastShares = 2;
    private const long MostShares = 262_144;

    public static long Shares(decimal processors) => Math.Clamp((long)(processors * 1024), LeastShares, MostShares);

    public static long Quota(decimal processors) => Math.Max((long)(processors * Microseconds), LeastQuota);

    /// <summary>Shares as the weight of control groups version 2, 1 to 10000.</summary>
    public static long Weight(long shares) => 1 + ((Math.Clamp(shares, LeastShares, MostShares) - LeastShares) * 9999 / (MostShares - LeastShares));
}
