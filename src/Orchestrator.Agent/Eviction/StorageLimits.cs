using k8s.Models;
using Orchestrator.Agent.Plans;
using Orchestrator.Agent.Pods;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Agent.Eviction;

/// <summary>
/// Limits of what a pod may keep on the node's disk: of an emptyDir (<c>sizeLimit</c>), of a container and of the pod (<c>limits.ephemeral-storage</c>). Kernels
/// do not hold directories to a size, so what is over is found by counting, and ends the pod.
/// </summary>
internal static class StorageLimits
{
    private const string Storage = "ephemeral-storage";
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>Whether there is anything to count.</summary>
    public static bool HasAny(V1Pod pod) =>
        (pod.Spec.Volumes ?? []).Any(v => v.EmptyDir?.SizeLimit is not null) || pod.Spec.Containers.Any(c => Limit(c) is not null);

    /// <summary>The end of a pod that is over one of its limits; null for others.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="layout">Where its files are.</param>
    /// <param name="writable">What its containers have written into their own root file systems, by name.</param>
    public static PodEnding? Check(V1Pod pod, NodeLayout layout, IReadOnlyDictionary<string, long> writable)
    {
        var volumes = (pod.Spec.Volumes ?? []).Where(v => v.EmptyDir is not null && v.EmptyDir.Medium != "Memory")
            .ToDictionary(v => v, v => StorageUse.Bytes(layout.Volume(pod.Metadata.Uid, v.Name)));
        foreach (var (volume, used) in volumes)
        {
            if (volume.EmptyDir.SizeLimit is { } limit && used > limit.ToDecimal())
            {
                return Evicted($"Usage of EmptyDir volume \"{volume.Name}\" exceeds the limit \"{limit}\". ");
            }
        }

        var logs = layout.LogDirectory(pod);
        var ofContainers = pod.Spec.Containers.ToDictionary(c => c.Name, c => writable.GetValueOrDefault(c.Name) + StorageUse.Bytes(Path.Combine(logs, c.Name)), StringComparer.Ordinal);
        foreach (var container in pod.Spec.Containers)
        {
            if (Limit(container) is { } limit && ofContainers[container.Name] > limit.ToDecimal())
            {
                return Evicted($"Container {container.Name} exceeded its local ephemeral storage limit \"{limit}\". ");
            }
        }

        // A container without a limit may use what it likes, and so the pod.
        var total = pod.Spec.Containers.Sum(c => Limit(c)?.ToDecimal() ?? 0);
        return pod.Spec.Containers.All(c => Limit(c) is not null) && volumes.Values.Sum() + ofContainers.Values.Sum() > total
            ? Evicted($"Pod ephemeral local storage usage exceeds the total limit of containers {Quantity.FromUnits((long)total, QuantityFormat.BinarySI)}. ")
            : null;
    }

    private static ResourceQuantity? Limit(V1Container container) =>
        container.Resources?.Limits is { } limits && limits.TryGetValue(Storage, out var limit) ? limit : null;

    // The pod itself is to blame, so this is no disruption.
    private static PodEnding Evicted(string message) => new("Evicted", message, Grace);
}
