using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Runtimes.Qemu.Pods;

namespace Orchestrator.Agent.Runtimes.Qemu;

/// <summary>What a <see cref="QemuRuntime"/> is made of.</summary>
/// <param name="Health">What it offers, from what was found.</param>
/// <param name="Accelerator">What its machines run on, from what was found.</param>
internal sealed record QemuRuntimeParts(
    RuntimeIdentity Identity,
    QemuOptions Options,
    QemuProbe Probe,
    Func<QemuFindings, RuntimeHealth> Health,
    Func<QemuFindings, Accelerator> Accelerator,
    ImageStore Images,
    ImageProvider ImageProvider,
    ImageRoots Roots);

/// <summary>Runs pods as virtual machines, one for each: its containers are processes of the guest, each with the file system of its image. See <see cref="PodMachines"/>.</summary>
internal sealed partial class QemuRuntime : IPodRuntime, IInteractiveRuntime, IMeasuredRuntime, ILoggingRuntime, IAsyncDisposable
{
    private readonly QemuRuntimeParts _parts;
    private readonly TimeProvider _time;
    private readonly PodMachines _pods;

    public QemuRuntime(QemuRuntimeParts parts, TimeProvider time, ILogger log)
    {
        (_parts, _time) = (parts, time);
        _pods = new PodMachines(parts, time, log);
    }

    public RuntimeIdentity Identity => _parts.Identity;

    public async Task<RuntimeHealth> ProbeAsync(CancellationToken cancel) => _parts.Health(await _parts.Probe.FindAsync(cancel));

    public bool SharesFiles => true;

    public async Task<ProvidedImage> EnsureImageAsync(ImageRequest request, CancellationToken cancel)
    {
        var (stored, wasPulled) = await _parts.ImageProvider.EnsureAsync(request, cancel);
        try
        {
            await _parts.Roots.EnsureAsync(stored, cancel);
        }
        catch (InvalidImageException error)
        {
            throw new RuntimeRefusalException(WaitingReasons.ErrImagePull, error.Message, error);
        }

        return new ProvidedImage(stored.Digest.ToString(), wasPulled, stored.SizeBytes);
    }

    public Task<string> RunSandboxAsync(SandboxRequest request, CancellationToken cancel) => _pods.RunSandboxAsync(request, cancel);

    public Task<string> CreateContainerAsync(string sandboxId, ContainerRequest request, CancellationToken cancel) => _pods.CreateContainerAsync(sandboxId, request, cancel);

    public Task StartContainerAsync(string containerId, CancellationToken cancel) => _pods.StartContainerAsync(containerId, cancel);

    public Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel) => _pods.StopContainerAsync(containerId, grace, cancel);

    public Task RemoveContainerAsync(string containerId, CancellationToken cancel) => _pods.RemoveContainerAsync(containerId, cancel);

    public Task RemoveSandboxAsync(string sandboxId, CancellationToken cancel) => _pods.RemoveSandboxAsync(sandboxId, cancel);

    public Task ReopenLogAsync(string containerId, CancellationToken cancel)
    {
        var (machine, container) = _pods.Require(containerId);
        machine.ReopenLog(container);
        return Task.CompletedTask;
    }

    /// <summary>Leaves the machines running.</summary>
    public async ValueTask DisposeAsync()
    {
        await _pods.DisposeAsync();
        await _parts.Probe.DisposeAsync();
    }

    /// <summary>Stops the processors of a container's machine until <see cref="ResumeAsync"/>.</summary>
    internal Task PauseAsync(string containerId, CancellationToken cancel) => _pods.Require(containerId).Machine.ExecuteAsync("stop", null, cancel);

    internal Task ResumeAsync(string containerId, CancellationToken cancel) => _pods.Require(containerId).Machine.ExecuteAsync("cont", null, cancel);

    internal async Task<string> QueryStateAsync(string containerId, CancellationToken cancel) =>
        (await _pods.Require(containerId).Machine.ExecuteAsync("query-status", null, cancel)).GetProperty("status").GetString() ?? "";
}
