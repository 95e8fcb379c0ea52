using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Volumes.Claims;

/// <summary>
/// Volumes that pods claim (<c>persistentVolumeClaim</c>). A pod's is a symbolic link to where the volume is on the node: what belongs to the pod is then
/// deleted with the pod, and what belongs to the volume is not.
/// </summary>
public sealed class ClaimedVolumes(IKubernetes client, LocalDirectories directories)
{
    /// <summary>Links the claim's volume; a link that is there stays, since a bound claim keeps its volume.</summary>
    /// <exception cref="RuntimeRefusalException">FailedMount: the claim or its volume cannot be mounted, or not yet.</exception>
    public async Task SetUpAsync(V1Pod pod, string claimName, string link, CancellationToken cancel)
    {
        if (new FileInfo(link).LinkTarget is not null)
        {
            return;
        }

        var volume = await FindAsync(pod, claimName, cancel);
        var path = PathOf(volume);
        if (volume.Spec.Local is not null && pod.Spec.SecurityContext is { FsGroup: { } group } context)
        {
            Ownership.Apply(path, (int)group, context.FsGroupChangePolicy == "OnRootMismatch");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, path);
    }

    private async Task<V1PersistentVolume> FindAsync(V1Pod pod, string claimName, CancellationToken cancel)
    {
        var claim = await ReadAsync(() => client.CoreV1.ReadNamespacedPersistentVolumeClaimAsync(claimName, pod.Metadata.NamespaceProperty, cancellationToken: cancel))
            ?? throw Refuse($"persistentvolumeclaim \"{claimName}\" not found");
        if (claim.Metadata.DeletionTimestamp is not null)
        {
            throw Refuse($"persistentvolumeclaim \"{claimName}\" is being deleted");
        }

        if (claim.Status?.Phase != "Bound" || string.IsNullOrEmpty(claim.Spec.VolumeName))
        {
            throw Refuse($"persistentvolumeclaim \"{claimName}\" is not bound to a volume");
        }

        var volume = await ReadAsync(() => client.CoreV1.ReadPersistentVolumeAsync(claim.Spec.VolumeName, cancellationToken: cancel))
            ?? throw Refuse($"persistentvolume \"{claim.Spec.VolumeName}\" of claim \"{claimName}\" not found");
        if (volume.Spec.ClaimRef?.Uid != claim.Metadata.Uid)
        {
            throw Refuse($"persistentvolume \"{volume.Metadata.Name}\" is not bound to claim \"{claimName}\"");
        }

        return volume.Spec.VolumeMode == "Block"
            ? throw Refuse($"persistentvolume \"{volume.Metadata.Name}\" has volumeMode Block, which is not supported yet")
            : volume;
    }

    private string PathOf(V1PersistentVolume volume)
    {
        switch (volume.Spec)
        {
            case { HostPath: { } hostPath }:
                HostPaths.Ensure(hostPath);
                return hostPath.Path;
            case { Local.Path: { } path }:
                directories.Ensure(volume);
                return Directory.Exists(path) ? path : throw Refuse($"path \"{path}\" of persistentvolume \"{volume.Metadata.Name}\" does not exist");
            default:
                throw Refuse($"the source of persistentvolume \"{volume.Metadata.Name}\" is not supported: only hostPath and local are");
        }
    }

    private static async Task<T?> ReadAsync<T>(Func<Task<T>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (HttpOperationException error)
        {
            throw Refuse(error.Response.Content);
        }
    }

    private static RuntimeRefusalException Refuse(string message) => new(EventReasons.FailedMount, message);
}
