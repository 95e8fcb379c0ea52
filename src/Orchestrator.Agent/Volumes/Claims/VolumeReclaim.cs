using k8s;
using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Model;

namespace Orchestrator.Agent.Volumes.Claims;

/// <summary>
/// Takes the directories of deleted local volumes away, and then lets the volumes go by taking off the node's finalizer. A volume that claim or pods still hold
/// has other finalizers, and waits for those.
/// </summary>
public sealed partial class VolumeReclaim(IKubernetes client, AgentOptions options, LocalDirectories directories, TimeProvider time, ILogger<VolumeReclaim> logger) : BackgroundService
{
    private const int WatchSeconds = 300;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var volumes = await client.CoreV1.ListPersistentVolumeAsync(cancellationToken: stoppingToken);
                foreach (var volume in volumes.Items)
                {
                    await ReclaimAsync(volume, stoppingToken);
                }

                await foreach (var (_, volume) in client.CoreV1.WatchListPersistentVolumeAsync(
                    resourceVersion: volumes.Metadata.ResourceVersion, timeoutSeconds: WatchSeconds, cancellationToken: stoppingToken))
                {
                    await ReclaimAsync(volume, stoppingToken);
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogBroken(error.Message);
                await Task.Delay(options.PublicationInterval, time, stoppingToken);
            }
        }
    }

    private async Task ReclaimAsync(V1PersistentVolume volume, CancellationToken cancel)
    {
        // The protection of volumes in use is the server's; it goes first.
        if (volume.Metadata is not { DeletionTimestamp: not null, Finalizers: [LocalVolumes.Finalizer] } || !directories.IsOwn(volume))
        {
            return;
        }

        try
        {
            directories.Release(volume);
            var patch = new V1Patch(
                KubernetesJson.Serialize(new { metadata = new { finalizers = Array.Empty<string>(), resourceVersion = volume.Metadata.ResourceVersion } }), V1Patch.PatchType.MergePatch);
            await client.CoreV1.PatchPersistentVolumeAsync(patch, volume.Metadata.Name, cancellationToken: cancel);
            LogReclaimed(volume.Metadata.Name);
        }
        catch (Exception error) when (!cancel.IsCancellationRequested)
        {
            // Looked at again with the next list.
            LogFailed(volume.Metadata.Name, error.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The directory of volume {Volume} is gone")]
    private partial void LogReclaimed(string volume);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Volume {Volume} could not be reclaimed and will be tried again: {Error}")]
    private partial void LogFailed(string volume, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Volumes cannot be watched: {Error}")]
    private partial void LogBroken(string error);
}
