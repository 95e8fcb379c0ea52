using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Agent.Runtimes.Qemu.Instances;
using Orchestrator.Agent.Usage;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Agent.Runtimes.Qemu;

/// <summary>
/// One hypervisor for two kinds of pods: containers in machines of their own, and VirtualMachineInstances. They share what the hypervisor is, and nothing
/// of how they are run.
/// </summary>
internal sealed class MachineRouter(QemuRuntime containers, InstanceRuntime instances, TimeProvider time) : IPodRuntime, IMeasuredRuntime, IInteractiveRuntime, ILoggingRuntime, IMachineRuntime, IAsyncDisposable
{
    public QemuRuntime Containers => containers;

    public RuntimeIdentity Identity => containers.Identity;

    public bool SharesFiles => containers.SharesFiles;

    public Task<RuntimeHealth> ProbeAsync(CancellationToken cancel) => containers.ProbeAsync(cancel);

    public async Task<IReadOnlyList<ObservedSandbox>> ListAsync(CancellationToken cancel) => [.. await containers.ListAsync(cancel), .. await instances.ListAsync(cancel)];

    /// <summary>A virtual machine has no image of its own: its disks are looked after when it is created.</summary>
    public Task<ProvidedImage> EnsureImageAsync(ImageRequest request, CancellationToken cancel) =>
        request.Image == VirtualMachineNames.Image ? Task.FromResult(new ProvidedImage(VirtualMachineNames.Image, WasPulled: false, 0)) : containers.EnsureImageAsync(request, cancel);

    public Task<string> RunSandboxAsync(SandboxRequest request, CancellationToken cancel) =>
        InstancePods.OwnerOf(request.Pod) is null ? containers.RunSandboxAsync(request, cancel) : instances.RunSandboxAsync(request, cancel);

    public Task<string> CreateContainerAsync(string sandboxId, ContainerRequest request, CancellationToken cancel) =>
        instances.HasSandbox(sandboxId) ? instances.CreateContainerAsync(sandboxId, request, cancel) : containers.CreateContainerAsync(sandboxId, request, cancel);

    public Task StartContainerAsync(string containerId, CancellationToken cancel) =>
        instances.HasContainer(containerId) ? instances.StartContainerAsync(containerId, cancel) : containers.StartContainerAsync(containerId, cancel);

    public Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel) =>
        instances.HasContainer(containerId) ? instances.StopContainerAsync(containerId, grace, cancel) : containers.StopContainerAsync(containerId, grace, cancel);

    public Task RemoveContainerAsync(string containerId, CancellationToken cancel) =>
        instances.HasContainer(containerId) ? instances.RemoveContainerAsync(containerId, cancel) : containers.RemoveContainerAsync(containerId, cancel);

    public Task RemoveSandboxAsync(string sandboxId, CancellationToken cancel) =>
        instances.HasSandbox(sandboxId) ? instances.RemoveSandboxAsync(sandboxId, cancel) : containers.RemoveSandboxAsync(sandboxId, cancel);

    public async Task<IReadOnlyList<ContainerUsage>> MeasureAsync(CancellationToken cancel) =>
        [.. await containers.MeasureAsync(cancel), .. EmulatorUsage.Of(await instances.ListAsync(cancel), time)];

    public Task ReopenLogAsync(string containerId, CancellationToken cancel) =>
        instances.HasContainer(containerId) ? instances.ReopenLogAsync(containerId, cancel) : containers.ReopenLogAsync(containerId, cancel);

    public Task<ICommandSession> AttachAsync(string containerId, CommandOptions options, CancellationToken cancel) =>
        instances.HasContainer(containerId) ? ConsoleSession.OpenAsync(instances, containerId, options, cancel) : containers.AttachAsync(containerId, options, cancel);

    public Task<ICommandSession> ExecAsync(string containerId, IReadOnlyList<string> command, CommandOptions options, CancellationToken cancel) =>
        instances.HasContainer(containerId)
            ? GuestExec.OpenAsync(instances, containerId, command, options, time, cancel)
            : containers.ExecAsync(containerId, command, options, cancel);

    public async Task<CommandResult> RunAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancel)
    {
        if (!instances.HasContainer(containerId))
        {
            return await containers.RunAsync(containerId, command, timeout, cancel);
        }

        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        var ended = await GuestExec.RunAsync(instances, containerId, command, time, either.Token);
        return new CommandResult(ended.ExitCode, [.. ended.Output, .. ended.Errors]);
    }

    public Task<IPortSession> ForwardAsync(string sandboxId, CancellationToken cancel) =>
        instances.HasSandbox(sandboxId)
            ? Task.FromResult<IPortSession>(instances.PortsOf(sandboxId))
            : containers.ForwardAsync(sandboxId, cancel);

    public Task CommandAsync(string containerId, MachineCommand command, CancellationToken cancel) => Machine(containerId).CommandAsync(containerId, command, cancel);

    public Task<Stream> OpenAsync(string containerId, MachineStream stream, CancellationToken cancel) => Machine(containerId).OpenAsync(containerId, stream, cancel);

    public Task<JsonElement> AskGuestAsync(string containerId, string command, JsonObject? arguments, CancellationToken cancel) =>
        Machine(containerId).AskGuestAsync(containerId, command, arguments, cancel);

    /// <summary>Leaves the machines running.</summary>
    public async ValueTask DisposeAsync()
    {
        await instances.DisposeAsync();
        await containers.DisposeAsync();
    }

    private InstanceRuntime Machine(string containerId) =>
        instances.HasContainer(containerId) ? instances : throw new RuntimeRefusalException("NotAVirtualMachine", "the pod is not that of a VirtualMachineInstance");
}

/// <summary>What the emulators of machines use: guest memory that was touched, devices, and code that was translated.</summary>
internal static class EmulatorUsage
{
    public static IReadOnlyList<ContainerUsage> Of(IReadOnlyList<ObservedSandbox> sandboxes, TimeProvider time)
    {
        var usages = new List<ContainerUsage>();
        foreach (var sandbox in sandboxes)
        {
            foreach (var container in sandbox.Containers)
            {
                if (container.Pid is { } processId && ProcessUsage.Read(processId) is var (cpu, resident))
                {
                    usages.Add(new ContainerUsage(sandbox.PodUid, container.Name, container.Id, time.GetUtcNow(), cpu, resident));
                }
            }
        }

        return usages;
    }
}
