using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Status;
using Orchestrator.Agent.Usage;

namespace Orchestrator.Agent.Eviction;

/// <summary>
/// Keeps the node from running out of memory or disk: looks every few seconds, says what is short, and evicts one pod after another until it is not. What pods
/// use is measured only when something is short, or where pods have limits that only counting holds them to.
/// </summary>
public sealed partial class EvictionLoop(
    AgentOptions options, NodeLayout layout, PodRegistry registry, NodeInventory inventory, PodEndings endings, NodePressure pressure, UsageSampler usage, TimeProvider time, ILogger<EvictionLoop> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopPoll = TimeSpan.FromMilliseconds(500);
    private const int MaxStopPolls = 60;

    private readonly EvictionThresholds _thresholds = EvictionThresholds.Parse(options.EvictionHard);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var evicted = false;
            try
            {
                evicted = await LookAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(error);
            }

            if (!evicted)
            {
                await Task.Delay(Interval, time, stoppingToken);
            }
        }
    }

    private IEnumerable<V1Pod> Running => registry.All.Where(p =>
        !PodPhases.IsTerminal(p.Status?.Phase) && !endings.IsDecided(p.Metadata.Uid) && inventory.Latest.HolderOf(p.Metadata.Uid) is not null);

    /// <summary>One look; true if a pod has been evicted for the node's sake, so that the next look should follow at once.</summary>
    private async Task<bool> LookAsync(CancellationToken cancel)
    {
        var readings = NodeReadings.Read(options, time);
        var shortest = readings.Where(_thresholds.IsShort).ToList();
        pressure.Observe(shortest.Select(r => r.Signal));
        var limited = Running.Where(StorageLimits.HasAny).ToList();
        if (!registry.IsSynchronized || (shortest.Count == 0 && limited.Count == 0))
        {
            return false;
        }

        var containers = (await usage.ReportAsync(cancel)).Containers.Select(c => c.Usage).ToLookup(c => c.PodUid, StringComparer.Ordinal);
        foreach (var pod in limited)
        {
            if (StorageLimits.Check(pod, layout, Sum(containers[pod.Metadata.Uid], c => c.WritableBytes)) is { } ending)
            {
                endings.Decide(pod.Metadata.Uid, ending);
            }
        }

        // Memory first: a machine without any does nothing else either.
        return shortest.Count > 0 && await EvictAsync(shortest[0], containers, cancel);
    }

    private async Task<bool> EvictAsync(NodeReading reading, ILookup<string, ContainerUsage> containers, CancellationToken cancel)
    {
        var candidates = Running.Select(p => new EvictionCandidate(p, Used(reading.Signal, p, containers[p.Metadata.Uid])));
        if (EvictionRanking.Choose(reading.Signal, candidates) is not { } chosen)
        {
            return false;
        }

        var uid = chosen.Pod.Metadata.Uid;
        LogEvicted(chosen.Pod.Metadata.NamespaceProperty, chosen.Pod.Metadata.Name, NodeSignals.Name(reading.Signal), reading.Available);
        endings.Decide(uid, EvictionRanking.Ending(reading, _thresholds.Least(reading)!.Value, chosen));
        for (var poll = 0; poll < MaxStopPolls && inventory.Latest.HolderOf(uid) is not null; poll++)
        {
            await Task.Delay(StopPoll, time, cancel);
        }

        return true;
    }

    private Dictionary<string, long> Used(NodeSignal signal, V1Pod pod, IEnumerable<ContainerUsage> containers) => signal switch
    {
        NodeSignal.Memory => Sum(containers, c => c.WorkingSetBytes),
        NodeSignal.Disk => WithFiles(pod, Sum(containers, c => c.WritableBytes)),
        _ => [],
    };

    private Dictionary<string, long> WithFiles(V1Pod pod, Dictionary<string, long> used)
    {
        foreach (var container in pod.Spec.Containers)
        {
            used[container.Name] = used.GetValueOrDefault(container.Name) + StorageUse.Bytes(Path.Combine(layout.LogDirectory(pod), container.Name));
        }

        // Volumes are the pod's and not a container's; they count with the first.
        var first = pod.Spec.Containers[0].Name;
        used[first] += (pod.Spec.Volumes ?? []).Where(v => v.EmptyDir is not null && v.EmptyDir.Medium != "Memory").Sum(v => StorageUse.Bytes(layout.Volume(pod.Metadata.Uid, v.Name)));
        return used;
    }

    private static Dictionary<string, long> Sum(IEnumerable<ContainerUsage> containers, Func<ContainerUsage, long> amount) => containers
        .GroupBy(c => c.Container, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.Sum(amount), StringComparer.Ordinal);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pod {Namespace}/{Name} is evicted: {Signal} is {Available}")]
    private partial void LogEvicted(string @namespace, string name, string signal, long available);

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking after the node's memory and disk failed and is repeated")]
    private partial void LogFailed(Exception error);
}
