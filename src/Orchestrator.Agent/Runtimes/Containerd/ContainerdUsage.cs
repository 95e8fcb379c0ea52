using Grpc.Core;
using Orchestrator.Agent.Runtimes.Containerd.Cri;
using Orchestrator.Model;

namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>What containers use, as containerd reads it from their control groups: one call for all of the node.</summary>
internal static class ContainerdUsage
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<ContainerUsage>> MeasureAsync(CriConnection connection, string nodeName, CancellationToken cancel)
    {
        var request = new ListContainerStatsRequest { Filter = new ContainerStatsFilter() };
        request.Filter.LabelSelector.Add(WellKnown.NodeLabel, nodeName);
        try
        {
            var answer = await connection.Runtime.ListContainerStatsAsync(request, deadline: CriTime.Deadline(Timeout), cancellationToken: cancel);
            return [.. answer.Stats.Select(Of).OfType<ContainerUsage>()];
        }
        catch (RpcException error)
        {
            cancel.ThrowIfCancellationRequested();
            throw new RuntimeUnavailableException($"containerd: list container stats: {error.Status.Detail}", error);
        }
    }

    /// <summary>Null for a container without figures: one that does not run.</summary>
    private static ContainerUsage? Of(ContainerStats stats) =>
        stats is { Cpu.UsageCoreNanoSeconds: { } cpu, Memory.WorkingSetBytes: { } memory }
        && stats.Attributes.Labels.TryGetValue(CriLabels.PodUid, out var uid)
        && CriTime.At(stats.Cpu.Timestamp) is { } at
            ? new ContainerUsage(uid, stats.Attributes.Metadata.Name, stats.Attributes.Id, at, (long)cpu.Value, (long)memory.Value) { WritableBytes = (long)(stats.WritableLayer?.UsedBytes?.Value ?? 0) }
            : null;
}
