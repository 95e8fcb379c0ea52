using k8s.Models;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Tokens;

namespace Orchestrator.Agent.Volumes;

/// <summary>
/// The volumes of pods as directories of the node: <c>ROOT/pods/UID/volumes/NAME</c>, or the host's own for hostPath. Every operation can be repeated.
/// </summary>
public sealed class PodVolumes(NodeLayout layout, ProjectedFiles projected, PodTokens tokens)
{
    private const UnixFileMode AnyoneMayWrite = (UnixFileMode)0x1ff;

    /// <summary>Makes the pod's volumes, or brings those made from ConfigMaps and the like up to date.</summary>
    /// <exception cref="RuntimeRefusalException">FailedMount, with the volume's name.</exception>
    public async Task SetUpAsync(V1Pod pod, CancellationToken cancel)
    {
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            try
            {
                await SetUpAsync(pod, volume, cancel);
            }
            catch (Exception error) when (error is RuntimeRefusalException or IOException or UnauthorizedAccessException)
            {
                throw new RuntimeRefusalException(EventReasons.FailedMount, $"MountVolume.SetUp failed for volume \"{volume.Name}\" : {error.Message}", error);
            }
        }
    }

    /// <summary>Where the container's mounts are on the node.</summary>
    public IReadOnlyList<HostMount> Mounts(V1Pod pod, V1Container container)
    {
        var mounts = new List<HostMount>();
        foreach (var mount in container.VolumeMounts ?? [])
        {
            var volume = (pod.Spec.Volumes ?? []).First(v => v.Name == mount.Name);
            var path = Path.Combine(HostPath(pod.Metadata.Uid, volume), SubPaths.Checked(mount.SubPath));
            if (!string.IsNullOrEmpty(mount.SubPath))
            {
                path = SubPaths.Resolve(HostPath(pod.Metadata.Uid, volume), path);
            }

            mounts.Add(new HostMount(path, mount.MountPath, mount.ReadOnlyProperty == true || IsReadOnly(volume)));
        }

        return mounts;
    }

    /// <summary>Removes all that the agent keeps of a pod on disk, but not its logs.</summary>
    public void TearDown(string podUid)
    {
        tokens.Forget(podUid);
        var directory = layout.PodDirectory(podUid);
        MemoryMount.ReleaseBelow(directory);
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static bool IsReadOnly(V1Volume volume) =>
        volume.ConfigMap is not null || volume.Secret is not null || volume.DownwardAPI is not null || volume.Projected is not null;

    private string HostPath(string podUid, V1Volume volume) => volume.HostPath?.Path ?? layout.Volume(podUid, volume.Name);

    private async Task SetUpAsync(V1Pod pod, V1Volume volume, CancellationToken cancel)
    {
        var directory = layout.Volume(pod.Metadata.Uid, volume.Name);
        if (volume.HostPath is { } hostPath)
        {
            HostPaths.Ensure(hostPath);
            return;
        }

        if (volume.PersistentVolumeClaim is { } claim)
        {
            throw new RuntimeRefusalException(EventReasons.FailedMount, $"persistentVolumeClaim {claim.ClaimName}: this agent mounts no claims yet");
        }

        if (await projected.OfAsync(pod, volume, cancel) is { } files)
        {
            if (volume.Secret is not null || volume.Projected is not null)
            {
                MemoryMount.Ensure(directory, sizeBytes: null);
            }

            AtomicDirectory.Write(directory, files);
            return;
        }

        // A volume without a source is an empty directory, as in Kubernetes.
        if (volume.EmptyDir?.Medium == "Memory")
        {
            MemoryMount.Ensure(directory, volume.EmptyDir.SizeLimit?.ToInt64());
        }
        else
        {
            Directory.CreateDirectory(directory);
        }

        File.SetUnixFileMode(directory, AnyoneMayWrite);
        if (pod.Spec.SecurityContext?.FsGroup is { } group)
        {
            Ownership.SetGroup(directory, (uint)group);
        }
    }
}
