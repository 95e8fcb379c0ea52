using k8s.Models;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>For whoever only takes machines away: none is started.</summary>
internal sealed class NoInstances : IInstanceSource
{
    public static readonly NoInstances Source = new();

    public Task<V1VirtualMachineInstance> ReadAsync(V1Pod pod, CancellationToken cancel) =>
        throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, "virtual machines are not started here");
}
