using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Devices;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>Pods of containers as machines: one for each sandbox, with the containers inside. Sandboxes and containers as <see cref="IPodRuntime"/> has them.</summary>
internal sealed partial class PodMachines : IAsyncDisposable
{
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(10);

    private readonly QemuRuntimeParts _parts;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _supervising = new();
    private readonly ConcurrentDictionary<string, PodMachine> _machines = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _starting = new(StringComparer.Ordinal);
    private readonly PodMachineLauncher _launcher;

    public PodMachines(QemuRuntimeParts parts, TimeProvider time, ILogger log)
    {
        (_parts, _time, _log) = (parts, time, log);
        Store = new PodMachineStore(Path.Combine(parts.Options.RootDirectory, "pods", parts.Identity.Technology), parts.Options.RunDirectory);
        _launcher = new PodMachineLauncher(parts, Store, time);
    }

    public PodMachineStore Store { get; }

    /// <summary>Whether the sandbox is one of these.</summary>
    public bool Has(string sandboxId) => Store.FindMachine(sandboxId) is not null;

    /// <summary>Launches the pod's machine, and returns when its guest takes containers.</summary>
    public async Task<string> RunSandboxAsync(SandboxRequest request, CancellationToken cancel)
    {
        PodShape.Require(request.Pod);
        // From pod and attempt alone, so that a repeated call finds what a crashed one made.
        var key = string.Create(CultureInfo.InvariantCulture, $"{_parts.Options.NodeName}/{request.Pod.Metadata.Uid}/{request.Attempt}");
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32];
        var launching = _starting.GetOrAdd(id, _ => new SemaphoreSlim(1, 1));
        await launching.WaitAsync(cancel);
        try
        {
            var machine = Store.FindMachine(id) ?? await _launcher.AddAsync(id, request, cancel);
            if (!Store.Files(id).HasBeenLaunched)
            {
                var process = await _launcher.LaunchAsync(machine, cancel);
                LogLaunched(id, process.ProcessId);
            }

            await ConfigureAsync(Supervise(machine), cancel);
            return id;
        }
        catch (GuestUnavailableException error)
        {
            throw new RuntimeRefusalException(WaitingReasons.FailedCreatePodSandBox, error.Message, error);
        }
        finally
        {
            launching.Release();
        }
    }

    public async Task<string> CreateContainerAsync(string sandboxId, ContainerRequest request, CancellationToken cancel)
    {
        PodShape.Require(request.Pod);
        var machine = Store.FindMachine(sandboxId) ?? throw new RuntimeRefusalException(WaitingReasons.CreateContainerError, $"sandbox {sandboxId} does not exist");
        var files = Store.Files(machine.Id);
        var number = NumberOf(request);
        var id = PodMachineStore.ContainerId(machine.Id, number);
        if (Store.FindContainer(id) is not null)
        {
            return id;
        }

        var image = await _parts.Images.FindAsync(request.ImageId, cancel)
            ?? throw new RuntimeRefusalException(WaitingReasons.CreateContainerError, $"image {request.ImageId} is no longer on this node");
        var root = await _parts.Roots.EnsureAsync(image, cancel);
        var command = ContainerCommands.Resolve(request, image, ImageRoots.Read(root, "etc/passwd"), ImageRoots.Read(root, "etc/group"), machine.HostName);
        var mounts = ContainerMount.Plan(number, PodFiles.Complete(request, files, machine.HostName));
        var target = request.TargetContainerId is { } other ? Store.FindContainer(other)?.Container.Number : null;
        var description = ContainerDescription.Of(number, request, command, mounts, target);
        SharedDirectory.Show(root, Path.Combine(SharedDirectory.DirectoryOf(files.Shared, number), "root"), readOnly: true);
        foreach (var mount in mounts.Where(mount => !mount.IsMemory))
        {
            SharedDirectory.Show(mount.HostPath!, Path.Combine(files.Shared, mount.Source), mount.ReadOnly);
        }

        await PlugAsync(Supervise(machine), request, cancel);
        Store.AddContainer(machine.Id, new PodContainerRecord(
            id, number, request.Container.Name, request.Attempt, request.Container.Image, request.ImageId, Path.Combine(machine.LogDirectory, request.LogPath),
            StopSignals.Parse(image.Config.Config?.StopSignal), description, _time.GetUtcNow()));
        return id;
    }

    public async Task StartContainerAsync(string containerId, CancellationToken cancel)
    {
        var (record, container) = Store.FindContainer(containerId) ?? throw new RuntimeRefusalException(WaitingReasons.RunContainerError, $"container {containerId} does not exist");
        var starting = _starting.GetOrAdd(containerId, _ => new SemaphoreSlim(1, 1));
        await starting.WaitAsync(cancel);
        try
        {
            if (Store.StateOf(record.Id, container.Number).StartedAt is null)
            {
                await StartAsync(Supervise(record), container, cancel);
            }
        }
        finally
        {
            starting.Release();
        }
    }

    public async Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel)
    {
        if (Store.FindContainer(containerId) is not var (record, container) || Store.StateOf(record.Id, container.Number) is not { StartedAt: not null, FinishedAt: null })
        {
            return;
        }

        var machine = Supervise(record);
        if (grace > TimeSpan.Zero && await TrySignalAsync(machine, container, container.StopSignal, cancel) && await machine.WaitForExitAsync(container.Number, grace, cancel))
        {
            return;
        }

        if (await TrySignalAsync(machine, container, StopSignals.Kill, cancel) && await machine.WaitForExitAsync(container.Number, KillTimeout, cancel))
        {
            return;
        }

        await machine.EndAsync("Error", "the guest did not end a container when asked, and was powered off", cancel);
    }

    public async Task RemoveContainerAsync(string containerId, CancellationToken cancel)
    {
        await StopContainerAsync(containerId, TimeSpan.Zero, cancel);
        if (Store.FindContainer(containerId) is not var (record, container))
        {
            return;
        }

        var machine = Supervise(record);
        if (machine.ProcessId is not null)
        {
            await TryCallAsync(machine, GuestVerb.Remove, new GuestFields().Add(GuestTag.Container, container.Number), cancel);
        }

        machine.Forget(container.Number);
        SharedDirectory.Release(SharedDirectory.DirectoryOf(Store.Files(record.Id).Shared, container.Number));
        Store.RemoveContainer(record.Id, container.Number);
        _starting.TryRemove(containerId, out _);
    }

    public async Task RemoveSandboxAsync(string sandboxId, CancellationToken cancel)
    {
        if (Store.FindMachine(sandboxId) is not { } record)
        {
            return;
        }

        if (Store.Files(record.Id).HasBeenLaunched)
        {
            await Supervise(record).EndAsync("Error", "the pod's machine was removed", cancel);
        }

        if (_machines.TryRemove(record.Id, out var machine))
        {
            await machine.DisposeAsync();
        }

        _starting.TryRemove(record.Id, out _);
        await _launcher.ReleaseAsync(record, cancel);
        Store.RemoveMachine(record.Id);
        LogRemoved(record.Id);
    }

    /// <summary>The machine that looks after a sandbox: the one there is, or one that takes over what an earlier agent launched.</summary>
    public PodMachine Supervise(PodMachineRecord record)
    {
        lock (_supervising)
        {
            if (_machines.TryGetValue(record.Id, out var known) && (!known.Completion.IsCompleted || File.Exists(Store.Files(record.Id).End)))
            {
                return known;
            }

            var files = Store.Files(record.Id).Emulator;
            var machine = new PodMachine(Store, record, MachineProcess.Find(files, _time), _launcher.CgroupOf(record), _parts.Options, _time, _log);
            _machines[record.Id] = machine;
            return machine;
        }
    }

    /// <summary>The machine of a container that runs.</summary>
    public (PodMachine Machine, PodContainerRecord Container) Require(string containerId) =>
        Store.FindContainer(containerId) is var (record, container) && Store.Files(record.Id).HasBeenLaunched
            ? (Supervise(record), container)
            : throw new RuntimeRefusalException(WaitingReasons.RunContainerError, $"container {containerId} does not run");

    /// <summary>Leaves the machines running.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _machines.Values)
        {
            await machine.DisposeAsync();
        }
    }

    private static async Task StartAsync(PodMachine machine, PodContainerRecord container, CancellationToken cancel)
    {
        // There before its first line is, as with containers.
        Directory.CreateDirectory(Path.GetDirectoryName(container.LogPath)!);
        await using (new FileStream(container.LogPath, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
        }

        try
        {
            var guest = await machine.GuestAsync(cancel);
            await guest.CallAsync(GuestVerb.Create, new GuestFields().Append(container.Description), cancel);
            await guest.CallAsync(GuestVerb.Start, new GuestFields().Add(GuestTag.Container, container.Number), cancel);
        }
        catch (GuestRefusalException error)
        {
            throw new RuntimeRefusalException(WaitingReasons.RunContainerError, $"failed to start container \"{container.Name}\": {error.Message}", error);
        }
        catch (GuestUnavailableException error)
        {
            throw new RuntimeUnavailableException(error.Message, error);
        }
        finally
        {
            machine.CatchUp();
        }
    }

    private static async Task ConfigureAsync(PodMachine machine, CancellationToken cancel)
    {
        var record = machine.Record;
        var fields = new GuestFields().Add(GuestTag.HostName, record.HostName).AddAll(GuestTag.KernelValue, record.KernelValues);
        if (record.Network is { } network)
        {
            fields.Add(GuestTag.Address, network.Address).Add(GuestTag.Gateway, network.Gateway);
        }

        if (record.SharesProcesses)
        {
            fields.Add(GuestTag.ShareProcesses, 1);
        }

        await (await machine.GuestAsync(cancel)).CallAsync(GuestVerb.Configure, fields, cancel);
    }

    /// <summary>Plugs the container's devices of the node into the machine.</summary>
    private static async Task PlugAsync(PodMachine machine, ContainerRequest request, CancellationToken cancel)
    {
        var before = PodContainers.All(request.Pod).TakeWhile(c => c.Name != request.Container.Name).Sum(c => PodDevices.Of(request.Pod, c, request.Devices).Count);
        for (var i = 0; i < request.Devices.Count; i++)
        {
            var device = request.Devices[i];
            var address = device.PciAddress ?? throw new RuntimeRefusalException(
                WaitingReasons.CreateContainerError, $"a machine gets devices by their address on the PCI bus, which is not known of {device.Resource} {device.Id}");
            await PodMachineLauncher.PlugAsync(machine, address, before + i, cancel);
        }
    }

    private static async Task<bool> TrySignalAsync(PodMachine machine, PodContainerRecord container, int signal, CancellationToken cancel) =>
        await TryCallAsync(machine, GuestVerb.Signal, new GuestFields().Add(GuestTag.Container, container.Number).Add(GuestTag.Signal, signal), cancel);

    private static async Task<bool> TryCallAsync(PodMachine machine, GuestVerb verb, GuestFields fields, CancellationToken cancel)
    {
        try
        {
            await (await machine.GuestAsync(cancel)).CallAsync(verb, fields, cancel);
            return true;
        }
        catch (Exception error) when (error is GuestUnavailableException or GuestRefusalException)
        {
            return false;
        }
    }

    /// <summary>From the container's place in the pod and its attempt, so that a repeated call finds what a crashed one made; ephemeral containers are only ever added at the end.</summary>
    private static uint NumberOf(ContainerRequest request)
    {
        const int attempts = 100_000;
        var place = PodContainers.All(request.Pod).Select(c => c.Name).ToList().IndexOf(request.Container.Name);
        return (uint)(((place + 1) * attempts) + (request.Attempt % attempts));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "machine {Machine} launched as process {ProcessId}")]
    private partial void LogLaunched(string machine, int processId);

    [LoggerMessage(Level = LogLevel.Information, Message = "machine {Machine} removed")]
    private partial void LogRemoved(string machine);
}
