using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Devices;
using Orchestrator.Agent.Network;
using Orchestrator.Agent.Platform;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Runtimes.Qemu.Qmp;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>Makes what a pod's machine needs, launches it, and takes it all away again.</summary>
internal sealed class PodMachineLauncher(QemuRuntimeParts parts, PodMachineStore store, TimeProvider time)
{
    private const int MostHostNameLength = 63;

    // Debian's package of QEMU, and where others put the one that is developed by itself.
    private static readonly string[] FileServers = ["/usr/lib/qemu/virtiofsd", "/usr/libexec/virtiofsd", "/usr/lib/virtiofsd"];

    private readonly ScratchDisk _scratch = new(parts.Options, time);

    /// <summary>The program that serves files to machines; null if there is none.</summary>
    public static string? FileServer => FileServers.FirstOrDefault(File.Exists);

    /// <summary>Gives a new machine its place in the pod network, and writes it down.</summary>
    public async Task<PodMachineRecord> AddAsync(string id, SandboxRequest request, CancellationToken cancel)
    {
        var pod = request.Pod;
        var network = await AttachAsync(pod.Metadata.Uid, cancel);
        var machine = new PodMachineRecord(
            id, pod.Metadata.Uid, pod.Metadata.NamespaceProperty, pod.Metadata.Name, request.Attempt, HostNameOf(pod), request.LogDirectory,
            pod.Spec.RestartPolicy ?? "Always",
            [.. pod.Spec.Containers.Select(container => container.Name)],
            [.. (pod.Spec.InitContainers ?? []).Where(container => !PodContainers.IsSidecar(container)).Select(container => container.Name)],
            pod.Spec.ShareProcessNamespace is true,
            [.. (pod.Spec.SecurityContext?.Sysctls ?? []).Select(sysctl => $"{sysctl.Name}={sysctl.Value}")],
            PodSizing.Of(pod),
            network,
            PodDevices.Assigned(pod).Sum(assigned => assigned.Ids.Count),
            time.GetUtcNow());
        store.AddMachine(machine);
        if (request.Resolver is { } resolver)
        {
            await File.WriteAllTextAsync(store.Files(id).Resolver, resolver.ToString(), cancel);
        }

        return machine;
    }

    /// <summary>Starts the machine's processes; its guest may not be up yet.</summary>
    public async Task<MachineProcess> LaunchAsync(PodMachineRecord machine, CancellationToken cancel)
    {
        var files = store.Files(machine.Id);
        var findings = await parts.Probe.FindAsync(cancel);
        var guest = findings.Guest ?? throw new RuntimeUnavailableException($"{parts.Identity.Technology}: {findings.Obstacle?.Message}");
        var server = FileServer ?? throw new RuntimeRefusalException(WaitingReasons.FailedCreatePodSandBox, "virtiofsd is missing: it comes with the package qemu-system-common");
        var scratch = await _scratch.EnsureAsync(cancel);
        var cgroup = CgroupOf(machine);
        cgroup.Create(machine.Size);
        Directory.CreateDirectory(files.Shared);
        RecordFile.Write(files.Launched, new LaunchRecord(time.GetUtcNow()), MachineJson.Default.LaunchRecord);
        var arguments = PodMachineCommandLine.Of(machine, files, guest, parts.Accelerator(findings), scratch);
        try
        {
            return await MachineProcess.LaunchAsync(
                "/bin/sh", PodMachineCommandLine.Launch(server, parts.Options.Emulator, files, arguments), files.Emulator, cgroup.Directories, time, cancel);
        }
        catch (ToolFailedException error)
        {
            throw new RuntimeRefusalException(WaitingReasons.FailedCreatePodSandBox, $"{error.Message} {MachineProcess.TailOf(files.SharingLog)}".Trim(), error);
        }
    }

    /// <summary>Plugs a device of the node into a running machine.</summary>
    public static async Task PlugAsync(PodMachine machine, string pciAddress, int slot, CancellationToken cancel)
    {
        var id = FormattableString.Invariant($"device{slot}");
        try
        {
            await machine.ExecuteAsync(
                "device_add", new JsonObject { ["driver"] = "vfio-pci", ["host"] = pciAddress, ["bus"] = FormattableString.Invariant($"slot{slot}"), ["id"] = id }, cancel);
        }
        catch (QmpCommandException error) when (error.Message.Contains("Duplicate", StringComparison.OrdinalIgnoreCase))
        {
            // Plugged in by an earlier attempt.
        }
        catch (QmpCommandException error)
        {
            throw new RuntimeRefusalException(WaitingReasons.CreateContainerError, $"device {pciAddress} cannot be given to the machine: {error.Message}", error);
        }
    }

    /// <summary>Takes away what a machine that has ended had of the node.</summary>
    public async Task ReleaseAsync(PodMachineRecord machine, CancellationToken cancel)
    {
        SharedDirectory.Release(store.Files(machine.Id).Shared);
        CgroupOf(machine).Remove();
        // The place is the pod's: a later machine of the same pod has it too.
        if (machine.Network is not null && parts.Options.Network is { } network && store.Machines().All(other => other.Id == machine.Id || other.PodUid != machine.PodUid))
        {
            await network.DetachTapAsync(machine.PodUid, cancel);
        }
    }

    public MachineCgroup CgroupOf(PodMachineRecord machine) => new(parts.Options.CgroupParent, store.Files(machine.Id).Emulator.CgroupName);

    private async Task<PodMachineNetwork?> AttachAsync(string podUid, CancellationToken cancel)
    {
        if (parts.Options.Network is not { } network)
        {
            return null;
        }

        try
        {
            var place = await network.AttachTapAsync(podUid, cancel);
            return new PodMachineNetwork(place.TapName, place.Mac, FormattableString.Invariant($"{place.Address}/{place.PrefixLength}"), place.Gateway.ToString());
        }
        catch (NetworkUnavailableException error)
        {
            throw new RuntimeRefusalException(WaitingReasons.FailedCreatePodSandBox, $"failed to set up the pod's network: {error.Message}", error);
        }
    }

    private static string HostNameOf(V1Pod pod)
    {
        var name = string.IsNullOrEmpty(pod.Spec.Hostname) ? pod.Metadata.Name : pod.Spec.Hostname;
        return name.Length <= MostHostNameLength ? name : name[..MostHostNameLength].TrimEnd('-', '.');
    }
}
