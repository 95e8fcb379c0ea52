using k8s.Models;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Tokens;
using Orchestrator.Agent.Volumes.Claims;

namespace Orchestrator.Agent.Volumes;

/// <summary>
/// The volumes of pods as directories of the node: <c>ROOT/pods/UID/volumes/NAME</c>, or the host's own for hostPath. Every operation can be repeated.
/// </summary>
public sealed class PodVolumes(NodeLayout layout, ProjectedFiles projected, ClaimedVolumes claimed, PodTokens tokens)
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
    /// <param name="pod">The pod.</param>
    /// <param name="container">The container.</param>
    /// <param name="environment">Its variables, which <c>subPathExpr</c> may refer to.</param>
    public IReadOnlyList<HostMount> Mounts(V1Pod pod, V1Container container, IReadOnlyList<KeyValuePair<string, string>> environment)
    {
        var mounts = new List<HostMount>();
        foreach (var (mount, index) in (container.VolumeMounts ?? []).Select((m, i) => (m, i)))
        {
            var volume = (pod.Spec.Volumes ?? []).First(v => v.Name == mount.Name);
            var top = HostPath(pod.Metadata.Uid, volume);
            var subPath = SubPaths.Checked(string.IsNullOrEmpty(mount.SubPathExpr) ? mount.SubPath : SubPaths.Expand(mount.SubPathExpr, environment));
            var path = subPath.Length == 0 ? top : Part(top, subPath, layout.SubPath(pod.Metadata.Uid, volume.Name, container.Name, index));
            mounts.Add(new HostMount(path, mount.MountPath, mount.ReadOnlyProperty == true || IsReadOnly(volume))
            {
                Propagation = mount.MountPropagation switch { "HostToContainer" => MountPropagation.FromHost, "Bidirectional" => MountPropagation.BothWays, _ => MountPropagation.None },
            });
        }

        return mounts;
    }

    /// <summary>Removes all that the agent keeps of a pod on disk, but not its logs.</summary>
    public void TearDown(string podUid)
    {
        tokens.Forget(podUid);
        var directory = layout.PodDirectory(podUid);
        Platform.Mounts.ReleaseBelow(directory);
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Part(string volume, string subPath, string target)
    {
        var (root, part) = SubPaths.Resolve(volume, Path.Combine(volume, subPath));
        try
        {
            SubPathMount.Make(root, part, target);
            return target;
        }
        catch (IOException error)
        {
            throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"failed to prepare subPath \"{subPath}\": {error.Message}", error);
        }
    }

    private static bool IsReadOnly(V1Volume volume) =>
        volume.ConfigMap is not null || volume.Secret is not null || volume.DownwardAPI is not null || volume.Projected is not null
        || volume.PersistentVolumeClaim?.ReadOnlyProperty == true;

    /// <summary>Where the volume is. That of a claim is a link, which the runtime is not asked to follow.</summary>
    private string HostPath(string podUid, V1Volume volume)
    {
        var own = layout.Volume(podUid, volume.Name);
        return volume.HostPath?.Path ?? (volume.PersistentVolumeClaim is null ? own : new FileInfo(own).LinkTarget ?? own);
    }

    private async Task SetUpAsync(V1Pod pod, V1Volume volume, CancellationToken cancel)
    {
        var directory = layout.Volume(pod.Metadata.Uid, volume.Name);
        var group = (int?)pod.Spec.SecurityContext?.FsGroup;
        if (volume.HostPath is { } hostPath)
        {
            HostPaths.Ensure(hostPath);
        }
        else if (volume.PersistentVolumeClaim is { } claim)
        {
            await claimed.SetUpAsync(pod, claim.ClaimName, directory, cancel);
        }
        else if (await projected.OfAsync(pod, volume, cancel) is { } files)
        {
            if (volume.Secret is not null || volume.Projected is not null)
            {
                MemoryMount.Ensure(directory, sizeBytes: null);
            }

            AtomicDirectory.Write(directory, files, content =>
            {
                if (group is { } id)
                {
                    Ownership.ApplyReadOnly(content, id);
                }
            });
        }
        else
        {
            SetUpEmpty(volume, directory, group);
        }
    }

    /// <summary>A volume without a source is an empty directory, as in Kubernetes.</summary>
    private static void SetUpEmpty(V1Volume volume, string directory, int? group)
    {
        var isNew = !Directory.Exists(directory);
        if (volume.EmptyDir?.Medium == "Memory")
        {
            MemoryMount.Ensure(directory, volume.EmptyDir.SizeLimit?.ToInt64());
        }
        else
        {
            Directory.CreateDirectory(directory);
        }

        if (isNew)
        {
            File.SetUnixFileMode(directory, AnyoneMayWrite);
            if (group is { } id)
            {
                Ownership.Apply(directory, id);
            }
        }
    }
}
