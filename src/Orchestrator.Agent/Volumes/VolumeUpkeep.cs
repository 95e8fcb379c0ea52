using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Status;

namespace Orchestrator.Agent.Volumes;

/// <summary>
/// Brings volumes made from ConfigMaps, Secrets and the pod itself up to date while their pods run, and removes directories of pods that are
/// gone without having been torn down (the agent was killed in between).
/// </summary>
public sealed partial class VolumeUpkeep(
    AgentOptions options, NodeLayout layout, PodRegistry registry, NodeInventory inventory, PodVolumes volumes, TimeProvider time, ILogger<VolumeUpkeep> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.ResyncInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var pod in registry.All.Where(p => p.Status?.Phase == PodPhases.Running && p.Metadata.DeletionTimestamp is null))
            {
                await UpdateAsync(pod, stoppingToken);
            }

            RemoveLeftovers();
        }
    }

    private async Task UpdateAsync(V1Pod pod, CancellationToken cancel)
    {
        try
        {
            await volumes.SetUpAsync(pod, cancel);
        }
        catch (Exception error) when (!cancel.IsCancellationRequested)
        {
            // The pod keeps what it has; a ConfigMap that was deleted does not take the files from a running program.
            LogStale(pod.Metadata.NamespaceProperty, pod.Metadata.Name, error.Message);
        }
    }

    private void RemoveLeftovers()
    {
        if (!registry.IsSynchronized || inventory.Latest.Runtimes.Any(v => !v.IsCurrent))
        {
            return;
        }

        var held = inventory.Latest.PodUids.ToHashSet(StringComparer.Ordinal);
        foreach (var uid in Directory.EnumerateDirectories(layout.Pods).Select(d => Path.GetFileName(d)!).Where(u => !held.Contains(u) && registry.Find(u) is null))
        {
            volumes.TearDown(uid);
        }

        foreach (var logs in Directory.EnumerateDirectories(layout.Logs))
        {
            var uid = Path.GetFileName(logs).Split('_')[^1];
            if (!held.Contains(uid) && registry.Find(uid) is null)
            {
                Directory.Delete(logs, recursive: true);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Volumes of pod {Namespace}/{Name} are not up to date: {Error}")]
    private partial void LogStale(string @namespace, string name, string error);
}
