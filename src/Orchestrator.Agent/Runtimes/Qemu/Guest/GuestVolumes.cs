namespace Orchestrator.Agent.Runtimes.Qemu.Guest;

/// <param name="Mounts">For the guest's set-up.</param>
/// <param name="Copied">Places on the node whose content is copied into the guest, by the index of its mount.</param>
internal sealed record GuestVolumes(IReadOnlyList<GuestMount> Mounts, IReadOnlyList<KeyValuePair<int, string>> Copied)
{
    /// <summary>Copied volumes are held in the guest's memory.</summary>
    private const long MostCopiedBytes = 32 << 20;

    /// <summary>
    /// Decides how each mount gets into the guest. Files of configMaps, secrets and the like are copied when the machine starts: later changes are not seen.
    /// A memory emptyDir lasts as long as the machine; other emptyDirs are on a disk of the pod, which outlasts restarts of the container.
    /// </summary>
    public static GuestVolumes Plan(ContainerRequest request)
    {
        var volumes = (request.Pod.Spec.Volumes ?? []).ToDictionary(volume => volume.Name, StringComparer.Ordinal);
        var byPath = (request.Container.VolumeMounts ?? []).ToDictionary(mount => mount.MountPath, StringComparer.Ordinal);
        var mounts = new List<GuestMount>();
        var copied = new List<KeyValuePair<int, string>>();
        foreach (var mount in request.Mounts)
        {
            var volumeMount = byPath.GetValueOrDefault(mount.ContainerPath);
            var emptyDir = volumeMount is not null && volumes.TryGetValue(volumeMount.Name, out var volume) ? volume.EmptyDir : null;
            if (emptyDir is null)
            {
                copied.Add(new KeyValuePair<int, string>(mounts.Count, mount.HostPath));
                mounts.Add(new GuestMount.Files(mount.ContainerPath, mount.ReadOnly, mounts.Count));
            }
            else
            {
                mounts.Add(emptyDir.Medium == "Memory"
                    ? new GuestMount.Memory(mount.ContainerPath, mount.ReadOnly, (long?)emptyDir.SizeLimit?.ToDecimal())
                    : new GuestMount.DiskDirectory(mount.ContainerPath, mount.ReadOnly, volumeMount!.Name, volumeMount.SubPath));
            }
        }

        return new GuestVolumes(mounts, copied);
    }

    /// <summary>Writes the copied files into an initial file system.</summary>
    public void WriteCopied(CpioWriter cpio)
    {
        long bytes = 0;
        foreach (var (index, source) in Copied)
        {
            bytes += Add(cpio, source, $"machine/files/{index}", MostCopiedBytes - bytes);
        }
    }

    private static long Add(CpioWriter cpio, string source, string target, long room)
    {
        var file = new FileInfo(source);
        if (file.LinkTarget is { } link)
        {
            cpio.AddSymbolicLink(target, link);
            return link.Length;
        }

        if (file.Exists)
        {
            if (file.Length > room)
            {
                throw new RuntimeRefusalException("CreateContainerConfigError", $"the files of configMap, secret and similar volumes have more than {MostCopiedBytes} bytes");
            }

            cpio.AddFile(target, File.ReadAllBytes(source), file.UnixFileMode);
            return file.Length;
        }

        cpio.AddDirectory(target, File.GetUnixFileMode(source));
        return Directory.EnumerateFileSystemEntries(source).Order(StringComparer.Ordinal).Aggregate(0L, (sum, child) => sum + Add(cpio, child, $"{target}/{Path.GetFileName(child)}", room - sum));
    }
}
