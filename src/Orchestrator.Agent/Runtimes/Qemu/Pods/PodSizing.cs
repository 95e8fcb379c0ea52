using k8s.Models;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Runtimes.Qemu.Machines;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>The size of a pod's machine: what its containers need together, or one of its init containers needs alone if that is more.</summary>
internal static class PodSizing
{
    public static MachineSize Of(V1Pod pod)
    {
        var sidecars = PodContainers.Sidecars(pod).ToList();
        var main = Sum([.. pod.Spec.Containers, .. sidecars]);
        return (pod.Spec.InitContainers ?? []).Except(sidecars).Select(container => MachineSizing.Of(container.Resources)).Aggregate(main, (most, one) => new MachineSize(
            Math.Max(most.MemoryMebibytes, one.MemoryMebibytes),
            Math.Max(most.Processors, one.Processors),
            most.CpuMillicores is { } limit && one.CpuMillicores is { } other ? Math.Max(limit, other) : null,
            Math.Max(most.CpuShares, one.CpuShares)));
    }

    private static MachineSize Sum(IReadOnlyList<V1Container> containers)
    {
        var sizes = containers.Select(container => MachineSizing.Of(container.Resources)).ToList();
        // Processors are rounded up once, for all.
        var cores = (int)Math.Ceiling(sizes.Sum(size => size.CpuMillicores ?? size.Processors * 1000L) / 1000.0);
        return new MachineSize(
            sizes.Sum(size => size.MemoryMebibytes),
            Math.Clamp(cores, 1, MachineSizing.MostProcessors),
            sizes.All(size => size.CpuMillicores is not null) ? sizes.Sum(size => size.CpuMillicores!.Value) : null,
            Math.Min(sizes.Sum(size => size.CpuShares), MachineSizing.MostShares));
    }
}
