using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Runtimes.Qemu.Guest;
using Orchestrator.Agent.Runtimes.Qemu.Machines;

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
    RootDisks Disks);

/// <summary>
/// Runs a pod of one container as a virtual machine: the image's root file system is its disk, the container's command its only task,
/// its output the container's log, and its exit code the container's.
/// </summary>
internal sealed partial class QemuRuntime : IPodRuntime, IMeasuredRuntime, IAsyncDisposable
{
    private readonly QemuRuntimeParts _parts;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly MachineStore _store;
    private readonly MachineBuilder _builder;
    private readonly Lock _supervising = new();
    private readonly ConcurrentDictionary<string, MachineSupervisor> _supervisors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _launching = new(StringComparer.Ordinal);

    public QemuRuntime(QemuRuntimeParts parts, TimeProvider time, ILogger log)
    {
        (_parts, _time, _log) = (parts, time, log);
        _store = new MachineStore(Path.Combine(parts.Options.RootDirectory, "machines", parts.Identity.Technology), parts.Options.RunDirectory);
        _builder = new MachineBuilder(_store, parts.Images, parts.Disks, time);
    }

    public RuntimeIdentity Identity => _parts.Identity;

    public async Task<RuntimeHealth> ProbeAsync(CancellationToken cancel) => _parts.Health(await _parts.Probe.FindAsync(cancel));

    public bool SharesFiles => false;

    public async Task<ProvidedImage> EnsureImageAsync(ImageRequest request, CancellationToken cancel)
    {
        var (stored, wasPulled) = await _parts.ImageProvider.EnsureAsync(request, cancel);
        try
        {
            await _parts.Disks.EnsureAsync(stored, cancel);
        }
        catch (InvalidImageException error)
        {
            throw new RuntimeRefusalException("ErrImagePull", error.Message, error);
        }

        return new ProvidedImage(stored.Digest.ToString(), wasPulled, stored.SizeBytes);
    }

    public Task<string> RunSandboxAsync(SandboxRequest request, CancellationToken cancel)
    {
        PodShape.Require(request.Pod);
        var uid = request.Pod.Metadata.Uid;
        // From pod and attempt alone, so that a repeated call finds what a crashed one made.
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{_parts.Options.NodeName}/{uid}/{request.Attempt}")))[..32];
        if (_store.FindSandbox(id) is null)
        {
            _store.AddSandbox(new SandboxRecord(
                id, uid, request.Pod.Metadata.NamespaceProperty, request.Pod.Metadata.Name, request.Attempt,
                request.Pod.Spec.Hostname ?? request.Pod.Metadata.Name, request.LogDirectory, _time.GetUtcNow()));
        }

        return Task.FromResult(id);
    }

    public async Task<string> CreateContainerAsync(string sandboxId, ContainerRequest request, CancellationToken cancel)
    {
        PodShape.Require(request.Pod);
        if (request.Pod.Spec.Containers.All(c => c.Name != request.Container.Name))
        {
            // Refused for itself: the machine goes on.
            throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, "spec.ephemeralContainers: a virtual machine runs exactly one container");
        }

        var sandbox = _store.FindSandbox(sandboxId) ?? throw new InvalidOperationException($"sandbox {sandboxId} does not exist");
        return await _builder.BuildAsync(sandbox, request, await RequireGuestAsync(cancel), cancel);
    }

    /// <summary>Returns when the container's command runs in the guest, or the machine has ended.</summary>
    public async Task StartContainerAsync(string containerId, CancellationToken cancel)
    {
        var (files, machine) = _store.FindMachine(containerId) ?? throw new InvalidOperationException($"container {containerId} does not exist");
        if (File.Exists(files.Outcome))
        {
            return;
        }

        var launching = _launching.GetOrAdd(containerId, _ => new SemaphoreSlim(1, 1));
        await launching.WaitAsync(cancel);
        try
        {
            if (!HasBeenLaunched(files))
            {
                await LaunchAsync(files, machine, cancel);
            }
        }
        finally
        {
            launching.Release();
        }

        await Supervise(files, machine).Started.WaitAsync(cancel);
    }

    public async Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel)
    {
        if (_store.FindMachine(containerId) is var (files, machine) && !File.Exists(files.Outcome) && HasBeenLaunched(files))
        {
            await Supervise(files, machine).StopAsync(grace, cancel);
        }
    }

    public async Task RemoveContainerAsync(string containerId, CancellationToken cancel)
    {
        await StopContainerAsync(containerId, TimeSpan.Zero, cancel);
        if (_store.FindMachine(containerId) is var (files, machine))
        {
            if (_supervisors.TryRemove(containerId, out var supervisor))
            {
                await supervisor.DisposeAsync();
            }

            _launching.TryRemove(containerId, out _);
            CgroupOf(files).Remove();
            _store.RemoveMachine(files);
            LogRemoved(machine.Id);
        }
    }

    public async Task RemoveSandboxAsync(string sandboxId, CancellationToken cancel)
    {
        foreach (var (_, machine) in _store.Machines(sandboxId).ToList())
        {
            await RemoveContainerAsync(machine.Id, cancel);
        }

        _store.RemoveSandbox(sandboxId);
    }

    /// <summary>Leaves the machines running.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var supervisor in _supervisors.Values)
        {
            await supervisor.DisposeAsync();
        }

        await _parts.Probe.DisposeAsync();
    }

    /// <summary>Stops the guest's processors until <see cref="ResumeAsync"/>.</summary>
    internal Task PauseAsync(string containerId, CancellationToken cancel) => CommandAsync(containerId, "stop", cancel);

    internal Task ResumeAsync(string containerId, CancellationToken cancel) => CommandAsync(containerId, "cont", cancel);

    internal Task<string> QueryStateAsync(string containerId, CancellationToken cancel) => SupervisorOf(containerId).QueryStateAsync(cancel);

    private Task<System.Text.Json.JsonElement> CommandAsync(string containerId, string command, CancellationToken cancel) => SupervisorOf(containerId).ExecuteAsync(command, cancel);

    private MachineSupervisor SupervisorOf(string containerId) =>
        _store.FindMachine(containerId) is var (files, machine) && HasBeenLaunched(files)
            ? Supervise(files, machine)
            : throw new InvalidOperationException($"container {containerId} does not run");

    private async Task LaunchAsync(MachineDirectory files, MachineRecord machine, CancellationToken cancel)
    {
        var guest = await RequireGuestAsync(cancel);
        var accelerator = _parts.Accelerator(await _parts.Probe.FindAsync(cancel));
        var cgroup = CgroupOf(files);
        cgroup.Create(machine.Size);
        Directory.CreateDirectory(files.RunDirectory);
        RecordFile.Write(files.Launched, new LaunchRecord(_time.GetUtcNow()), MachineJson.Default.LaunchRecord);
        var arguments = MachineCommandLine.ForContainer(machine.Id, files, guest, accelerator, machine.Size, machine.HasVolumeDisk ? _store.VolumeDisk(machine.SandboxId) : null, machine.PciAddresses);
        var process = await MachineProcess.LaunchAsync(_parts.Options.Emulator, arguments, files, cgroup.Directories, _time, cancel);
        LogLaunched(machine.Id, process.ProcessId);
    }

    private async Task<GuestFiles> RequireGuestAsync(CancellationToken cancel)
    {
        var findings = await _parts.Probe.FindAsync(cancel);
        return findings.Guest ?? throw new InvalidOperationException($"{_parts.Identity.Technology}: {findings.Obstacle?.Message}");
    }

    /// <summary>The machine's supervisor: the one there is, or one that takes over a machine that an earlier agent launched.</summary>
    private MachineSupervisor Supervise(MachineDirectory files, MachineRecord machine)
    {
        lock (_supervising)
        {
            if (_supervisors.TryGetValue(machine.Id, out var known) && (!known.Completion.IsCompleted || File.Exists(files.Outcome)))
            {
                return known;
            }

            var supervisor = new MachineSupervisor(files, machine, MachineProcess.Find(files, _time), CgroupOf(files), _parts.Options.BootTimeout, _time, _log);
            _supervisors[machine.Id] = supervisor;
            return supervisor;
        }
    }

    private MachineCgroup CgroupOf(MachineDirectory files) => new(_parts.Options.CgroupParent, files.CgroupName);

    // QEMU creates the console's file when it starts: without it, a crash came before the launch.
    private static bool HasBeenLaunched(MachineDirectory files) => File.Exists(files.Launched) && File.Exists(files.Console);

    [LoggerMessage(Level = LogLevel.Information, Message = "machine {Machine} launched as process {ProcessId}")]
    private partial void LogLaunched(string machine, int processId);

    [LoggerMessage(Level = LogLevel.Information, Message = "machine {Machine} removed")]
    private partial void LogRemoved(string machine);
}
