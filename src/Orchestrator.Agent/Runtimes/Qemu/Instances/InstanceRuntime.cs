using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Platform;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>Runs the pods of VirtualMachineInstances: machines of disks, described by the instance that owns the pod. The life cycle is that of <see cref="IPodRuntime"/>.</summary>
internal sealed partial class InstanceRuntime : IAsyncDisposable
{
    private readonly QemuRuntimeParts _parts;
    private readonly IInstanceSource _source;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly MachineStore _store;
    private readonly ContainerDisks _images;
    private readonly InstanceDisks _disks;
    private readonly InstanceNetwork _network;
    private readonly Lock _supervising = new();
    private readonly ConcurrentDictionary<string, InstanceSupervisor> _supervisors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _launching = new(StringComparer.Ordinal);

    public InstanceRuntime(QemuRuntimeParts parts, IInstanceSource source, TimeProvider time, ILogger log)
    {
        (_parts, _source, _time, _log) = (parts, source, time, log);
        _store = new MachineStore(Path.Combine(parts.Options.RootDirectory, "instances", parts.Identity.Technology), parts.Options.RunDirectory);
        _images = new ContainerDisks(parts.Options, parts.Images, parts.ImageProvider, time);
        _disks = new InstanceDisks(_images);
        _network = new InstanceNetwork(parts.Options);
    }

    public bool HasSandbox(string sandboxId) => _store.FindSandbox(sandboxId) is not null;

    public bool HasContainer(string containerId) => _store.FindMachine(containerId) is not null;

    public async Task<string> RunSandboxAsync(SandboxRequest request, CancellationToken cancel)
    {
        var uid = request.Pod.Metadata.Uid;
        // From pod and attempt alone, so that a repeated call finds what a crashed one made.
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"instance/{_parts.Options.NodeName}/{uid}/{request.Attempt}")))[..32];
        if (_store.FindSandbox(id) is null)
        {
            _store.AddSandbox(new SandboxRecord(
                id, uid, request.Pod.Metadata.NamespaceProperty, request.Pod.Metadata.Name, request.Attempt, request.Pod.Metadata.Name, request.LogDirectory, _time.GetUtcNow()));
        }

        await _network.AttachAsync(_store.PlaceOf(id), request, cancel);

        return id;
    }

    public async Task<string> CreateContainerAsync(string sandboxId, ContainerRequest request, CancellationToken cancel)
    {
        var sandbox = _store.FindSandbox(sandboxId) ?? throw new InvalidOperationException($"sandbox {sandboxId} does not exist");
        var id = MachineStore.MachineId(sandbox.Id, request.Attempt);
        if (_store.FindMachine(id) is not null)
        {
            return id;
        }

        var instance = await _source.ReadAsync(request.Pod, cancel);
        var partial = _store.NewDirectory();
        try
        {
            await PrepareAsync(instance, request, partial, _store.PlaceOf(sandbox.Id, request.Attempt), cancel);
            _store.AddMachine(partial, new MachineRecord(
                id, sandbox.Id, request.Container.Name, request.Attempt, request.Container.Image, request.ImageId,
                Path.Combine(sandbox.LogDirectory, request.LogPath), SizeOf(instance, request), HasVolumeDisk: false, _time.GetUtcNow())
            {
                PciAddresses = [.. request.Devices.Select(d => d.PciAddress ?? throw new RuntimeRefusalException(WaitingReasons.CreateContainerError, $"a machine gets devices by their address on the PCI bus, which is not known of {d.Id}"))],
            });
            return id;
        }
        catch
        {
            MachineStore.Discard(partial);
            throw;
        }
    }

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

        Supervise(files, machine);
    }

    public async Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel)
    {
        if (_store.FindMachine(containerId) is var (files, machine) && !File.Exists(files.Outcome) && HasBeenLaunched(files))
        {
            var canBeAsked = files.ReadRecord().Domain.Features?.Acpi?.Enabled != false;
            await Supervise(files, machine).StopAsync(grace, canBeAsked, cancel);
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

        if (_store.FindSandbox(sandboxId) is { } sandbox)
        {
            await _network.DetachAsync(_store.PlaceOf(sandboxId), sandbox.PodUid, cancel);
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
    }

    private static MachineSize SizeOf(V1VirtualMachineInstance instance, ContainerRequest request)
    {
        var guest = GuestSize.Of(instance.Spec.Domain);
        var container = MachineSizing.Of(request.Container.Resources);
        return container with { MemoryMebibytes = (int)(guest.MemoryBytes >> 20), Processors = guest.Processors };
    }

    private async Task PrepareAsync(V1VirtualMachineInstance instance, ContainerRequest request, string partial, string place, CancellationToken cancel)
    {
        var (files, final) = (_store.FilesOf(partial), _store.FilesOf(place));
        var volumes = request.Mounts.ToDictionary(m => Path.GetFileName(m.ContainerPath), m => m.HostPath, StringComparer.Ordinal);
        var domain = instance.Spec.Domain ?? new V1VmDomain();
        try
        {
            var disks = await _disks.PrepareAsync(instance, volumes, files, final, cancel);
            var boot = domain.Firmware?.KernelBoot?.Container;
            var kernel = boot?.KernelPath is { Length: > 0 } path ? await _images.FileAsync(boot.Image!, boot.ImagePullPolicy, path, cancel) : null;
            var initrd = boot?.InitrdPath is { Length: > 0 } second ? await _images.FileAsync(boot.Image!, boot.ImagePullPolicy, second, cancel) : null;
            var variables = UefiFirmware.IsAsked(domain) ? final.FirmwareVariables() : null;
            if (variables is not null)
            {
                File.Copy(UefiFirmware.VariablesOf(domain), files.FirmwareVariables());
            }

            files.WriteRecord(new InstanceRecord(
                instance.Metadata.NamespaceProperty, instance.Metadata.Name, domain, [.. instance.Spec.Networks ?? []], disks, kernel, initrd, variables,
                instance.Spec.StartStrategy == "Paused"));
        }
        catch (ToolFailedException error)
        {
            throw new RuntimeRefusalException(WaitingReasons.CreateContainerError, error.Message, error);
        }
    }

    private async Task LaunchAsync(MachineDirectory files, MachineRecord machine, CancellationToken cancel)
    {
        var accelerator = _parts.Accelerator(await _parts.Probe.FindAsync(cancel));
        var cgroup = CgroupOf(files);
        cgroup.Create(machine.Size);
        Directory.CreateDirectory(files.RunDirectory);
        var arguments = InstanceCommandLine.Of(files, files.ReadRecord(), accelerator, machine.PciAddresses, _network.PlaceOf(_store.PlaceOf(machine.SandboxId))?.Tap);
        try
        {
            var process = await MachineProcess.LaunchAsync(_parts.Options.Emulator, arguments, files, cgroup.Directories, _time, cancel);
            LogLaunched(machine.Id, process.ProcessId);
        }
        catch (ToolFailedException error)
        {
            throw new RuntimeRefusalException(WaitingReasons.RunContainerError, error.Message, error);
        }

        RecordFile.Write(files.Launched, new LaunchRecord(_time.GetUtcNow()), MachineJson.Default.LaunchRecord);
    }

    /// <summary>The machine's supervisor: the one there is, or one that takes over a machine that an earlier agent launched.</summary>
    private InstanceSupervisor Supervise(MachineDirectory files, MachineRecord machine)
    {
        lock (_supervising)
        {
            if (_supervisors.TryGetValue(machine.Id, out var known) && (!known.Completion.IsCompleted || File.Exists(files.Outcome)))
            {
                return known;
            }

            _network.Announce(_store.PlaceOf(machine.SandboxId), files.ReadRecord());
            var supervisor = new InstanceSupervisor(files, machine, MachineProcess.Find(files, _time), CgroupOf(files), _time, _log);
            _supervisors[machine.Id] = supervisor;
            return supervisor;
        }
    }

    private MachineCgroup CgroupOf(MachineDirectory files) => new(_parts.Options.CgroupParent, files.CgroupName);

    // Written after the launch: a crash between the two leaves a process to find. A machine whose guest switches itself off stays until that was seen.
    private bool HasBeenLaunched(MachineDirectory files) => File.Exists(files.Launched) || MachineProcess.Find(files, _time) is not null;

    [LoggerMessage(Level = LogLevel.Information, Message = "virtual machine {Machine} launched as process {ProcessId}")]
    private partial void LogLaunched(string machine, int processId);

    [LoggerMessage(Level = LogLevel.Information, Message = "virtual machine {Machine} removed")]
    private partial void LogRemoved(string machine);
}
