namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>A mount of a container in the guest.</summary>
/// <param name="HostPath">What of the node is shown to the guest; null for memory of the guest.</param>
/// <param name="Source">Below the shared directory; of memory, the volume's name and a path in it.</param>
/// <param name="SizeBytes">Most that memory may hold; null for the guest's own choice.</param>
internal sealed record ContainerMount(string? HostPath, string Source, string ContainerPath, bool ReadOnly, long? SizeBytes)
{
    public bool IsMemory => HostPath is null;

    /// <summary>
    /// Decides how each mount gets into the guest: what is on the node is shown to it as it is, so that changes are seen on both sides; an emptyDir in memory is memory of
    /// the guest, which its size counts. Outer mounts come before those inside them.
    /// </summary>
    public static IReadOnlyList<ContainerMount> Plan(uint number, ContainerRequest request)
    {
        var volumes = (request.Pod.Spec.Volumes ?? []).ToDictionary(volume => volume.Name, StringComparer.Ordinal);
        var byPath = (request.Container.VolumeMounts ?? []).ToDictionary(mount => mount.MountPath, StringComparer.Ordinal);
        return [.. request.Mounts.OrderBy(mount => mount.ContainerPath, StringComparer.Ordinal).Select((mount, index) =>
        {
            var asked = byPath.GetValueOrDefault(mount.ContainerPath);
            return asked is not null && volumes.TryGetValue(asked.Name, out var volume) && volume.EmptyDir is { Medium: "Memory" } memory
                ? new ContainerMount(null, Join(asked.Name, asked.SubPath), mount.ContainerPath, mount.ReadOnly, memory.SizeLimit?.ToInt64())
                : new ContainerMount(mount.HostPath, FormattableString.Invariant($"c{number}/m{index}"), mount.ContainerPath, mount.ReadOnly, null);
        })];
    }

    private static string Join(string volume, string? path) => string.IsNullOrEmpty(path) ? volume : $"{volume}/{path.Trim('/')}";
}
