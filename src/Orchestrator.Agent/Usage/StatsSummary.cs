using System.Text.Json.Serialization;
using k8s.Models;
using Orchestrator.Agent.Containers;

namespace Orchestrator.Agent.Usage;

/// <summary>kubelet's <c>/stats/summary</c> (stats/v1alpha1 Summary), as much of it as is measured.</summary>
public sealed record StatsSummary(NodeStats Node, IReadOnlyList<PodStats> Pods)
{
    /// <summary>Pure. Pods that the API no longer has are left out.</summary>
    /// <param name="nodeName">metadata.name of the Node.</param>
    /// <param name="report">What was measured.</param>
    /// <param name="pods">The node's pods.</param>
    public static StatsSummary Of(string nodeName, UsageReport report, IEnumerable<V1Pod> pods)
    {
        var machine = report.Machine;
        var byPod = report.Containers.ToLookup(c => c.Usage.PodUid, StringComparer.Ordinal);
        return new StatsSummary(
            new NodeStats(
                nodeName,
                new CpuStats(machine.At, report.CpuNanocores, machine.CpuNanoseconds),
                new MemoryStats(machine.At, machine.AvailableBytes, machine.WorkingSetBytes),
                report.Window.TotalSeconds),
            [.. pods.Where(p => byPod.Contains(p.Metadata.Uid)).OrderBy(p => p.Metadata.NamespaceProperty, StringComparer.Ordinal).ThenBy(p => p.Metadata.Name, StringComparer.Ordinal)
                .Select(p => Of(p, [.. byPod[p.Metadata.Uid]]))]);
    }

    private static PodStats Of(V1Pod pod, ContainerRate[] containers)
    {
        var at = containers.Max(c => c.Usage.At);
        return new PodStats(
            new PodReference(pod.Metadata.Name, pod.Metadata.NamespaceProperty, pod.Metadata.Uid),
            pod.Status?.StartTime,
            [.. containers.OrderBy(c => c.Usage.Container, StringComparer.Ordinal).Select(c => Of(pod, c))],
            new CpuStats(at, containers.Sum(c => c.CpuNanocores), containers.Sum(c => c.Usage.CpuNanoseconds)),
            new MemoryStats(at, null, containers.Sum(c => c.Usage.WorkingSetBytes)));
    }

    private static ContainerStats Of(V1Pod pod, ContainerRate container)
    {
        var usage = container.Usage;
        var status = PodContainers.Statuses(pod.Status).FirstOrDefault(s => s.Name == usage.Container);
        return new ContainerStats(
            usage.Container,
            status?.State?.Running?.StartedAt,
            new CpuStats(usage.At, container.CpuNanocores, usage.CpuNanoseconds),
            new MemoryStats(usage.At, null, usage.WorkingSetBytes),
            container.Window.TotalSeconds);
    }
}

/// <param name="WindowSeconds">Not in kubelet's: what the rate is over, for metrics.k8s.io.</param>
public sealed record NodeStats(string NodeName, CpuStats Cpu, MemoryStats Memory, double WindowSeconds);

public sealed record PodReference(string Name, string Namespace, string Uid);

public sealed record PodStats(PodReference PodRef, DateTime? StartTime, IReadOnlyList<ContainerStats> Containers, CpuStats Cpu, MemoryStats Memory);

/// <param name="WindowSeconds">Not in kubelet's: what the rate is over; 0 where there is none yet.</param>
public sealed record ContainerStats(string Name, DateTime? StartTime, CpuStats Cpu, MemoryStats Memory, double WindowSeconds);

/// <param name="UsageNanoCores">Rate; null where there is none yet.</param>
/// <param name="UsageCoreNanoSeconds">Counter.</param>
public sealed record CpuStats(DateTimeOffset Time, long? UsageNanoCores, long UsageCoreNanoSeconds);

public sealed record MemoryStats(DateTimeOffset Time, long? AvailableBytes, long WorkingSetBytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StatsSummary))]
public sealed partial class StatsJson : JsonSerializerContext;
