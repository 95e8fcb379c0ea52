using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Telemetry;

namespace Orchestrator.Agent.Pods;

/// <summary>
/// One worker for each pod that is wanted or found on the node. Wakes it when the API or a runtime says that something changed.
/// Workers stop with the agent; what they started goes on.
/// </summary>
public sealed partial class PodWorkers(
    AgentOptions options, PodRegistry registry, NodeInventory inventory, PodSync sync, PodProbes probes, PodEndings endings, RuntimeSet runtimes, TimeProvider time, ILogger<PodWorkers> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<string, (PodWorker Worker, Task Done)> _workers = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await inventory.RefreshAsync(stoppingToken);
        registry.OnChanged(uid => Wake(uid, stoppingToken));
        probes.OnChanged(uid => Wake(uid, stoppingToken));
        endings.OnChanged(uid => Wake(uid, stoppingToken));
        inventory.OnChanged(uids => WakeAll(uids, stoppingToken));
        runtimes.OnChanged((_, _) => WakeAll([.. registry.All.Select(p => p.Metadata.Uid)], stoppingToken));
        AgentTelemetry.ObservePods(PodsByPhase);
        WakeAll([.. registry.All.Select(p => p.Metadata.Uid)], stoppingToken);
        using var timer = new PeriodicTimer(options.ObservationInterval, time);
        try
        {
            do
            {
                await inventory.RefreshAsync(stoppingToken);
                // Sandboxes without a worker: left by an earlier agent, perhaps of pods deleted meanwhile.
                WakeAll([.. inventory.Latest.PodUids.Where(uid => !_workers.ContainsKey(uid))], stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        finally
        {
            await Task.WhenAll(_workers.Values.Select(w => w.Done));
        }
    }

    private void WakeAll(IReadOnlyCollection<string> uids, CancellationToken stopping)
    {
        foreach (var uid in uids)
        {
            Wake(uid, stopping);
        }
    }

    private void Wake(string uid, CancellationToken stopping)
    {
        lock (_gate)
        {
            if (_workers.TryGetValue(uid, out var existing))
            {
                existing.Worker.Wake();
                return;
            }

            var isWanted = registry.Find(uid) is not null || (registry.IsSynchronized && inventory.Latest.PodUids.Contains(uid, StringComparer.Ordinal));
            if (isWanted && !stopping.IsCancellationRequested)
            {
                var worker = new PodWorker(uid, registry, endings, sync, options, time, logger);
                _workers[uid] = (worker, Task.Run(() => RunAsync(uid, worker, stopping), CancellationToken.None));
            }
        }
    }

    private async Task RunAsync(string uid, PodWorker worker, CancellationToken stopping)
    {
        try
        {
            await worker.RunAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
        finally
        {
            lock (_gate)
            {
                _workers.TryRemove(uid, out _);
            }
        }

        LogGone(uid);
        // Whatever came up while the worker was on its way out.
        if (registry.Find(uid) is { Metadata.DeletionTimestamp: null })
        {
            Wake(uid, stopping);
        }
    }

    private IEnumerable<Measurement<long>> PodsByPhase() => registry.All
        .GroupBy(p => p.Status?.Phase ?? "Pending", StringComparer.Ordinal)
        .Select(g => new Measurement<long>(g.Count(), new KeyValuePair<string, object?>("phase", g.Key)));

    [LoggerMessage(Level = LogLevel.Information, Message = "Nothing is left of pod {Uid}")]
    private partial void LogGone(string uid);
}
