using Orchestrator.Agent.Images;
using Orchestrator.Agent.Platform;
using Orchestrator.Agent.Runtimes.Qemu.Guest;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>Makes everything that a container's machine needs before it can be launched.</summary>
internal sealed class MachineBuilder(MachineStore store, ImageStore images, RootDisks disks, TimeProvider time)
{
    private const long DefaultVolumeDiskBytes = 4L << 30;

    /// <summary>Builds the machine unless it is there, and returns its id.</summary>
    public async Task<string> BuildAsync(SandboxRecord sandbox, ContainerRequest request, GuestFiles guest, CancellationToken cancel)
    {
        var id = MachineStore.MachineId(sandbox.Id, request.Attempt);
        if (store.FindMachine(id) is not null)
        {
            return id;
        }

        var image = await images.FindAsync(request.ImageId, cancel)
            ?? throw new RuntimeRefusalException("CreateContainerError", $"image {request.ImageId} is no longer on this node");
        var disk = await disks.EnsureAsync(image, cancel);
        var command = GuestCommands.Resolve(request, image, disk, sandbox.HostName);
        var volumes = GuestVolumes.Plan(request);
        var hasVolumeDisk = volumes.Mounts.Any(mount => mount is GuestMount.DiskDirectory);
        if (hasVolumeDisk)
        {
            await EnsureVolumeDiskAsync(sandbox.Id, request, cancel);
        }

        var partial = store.NewDirectory();
        try
        {
            var files = store.FilesOf(partial);
            await RootDisks.AddOverlayAsync(disk, files.RootDisk, cancel);
            WriteInitramfs(files.Initramfs, guest, GuestScripts.Setup(sandbox.HostName, request.Container.SecurityContext?.ReadOnlyRootFilesystem is true, volumes.Mounts, command), GuestScripts.Run(command), volumes);
            const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Posix.CreateFifo(files.ControlIn, ownerOnly);
            Posix.CreateFifo(files.ControlOut, ownerOnly);
            store.AddMachine(partial, new MachineRecord(
                id, sandbox.Id, request.Container.Name, request.Attempt, request.Container.Image, request.ImageId,
                Path.Combine(sandbox.LogDirectory, request.LogPath), MachineSizing.Of(request.Container.Resources), hasVolumeDisk, time.GetUtcNow())
            {
                PciAddresses = PciAddresses(request),
            });
            return id;
        }
        catch
        {
            MachineStore.Discard(partial);
            throw;
        }
    }

    private static IReadOnlyList<string> PciAddresses(ContainerRequest request)
    {
        var devices = request.Devices.Where(d => d.PciAddress is null).Select(d => $"{d.Resource} {d.Id}").ToList();
        return devices.Count == 0
            ? [.. request.Devices.Select(d => d.PciAddress!)]
            : throw new RuntimeRefusalException("CreateContainerError", $"a machine gets devices by their address on the PCI bus, which is not known of {string.Join(", ", devices)}");
    }

    private async Task EnsureVolumeDiskAsync(string sandboxId, ContainerRequest request, CancellationToken cancel)
    {
        var path = store.VolumeDisk(sandboxId);
        if (File.Exists(path))
        {
            return;
        }

        var limits = (request.Pod.Spec.Volumes ?? []).Where(volume => volume.EmptyDir is { Medium: not "Memory" }).Select(volume => volume.EmptyDir.SizeLimit?.ToDecimal()).ToList();
        var bytes = limits.Any(limit => limit is null) ? DefaultVolumeDiskBytes : (long)limits.Sum(limit => limit!.Value);
        await RootDisks.MakeVolumeDiskAsync(path + ".part", bytes, cancel);
        File.Move(path + ".part", path);
    }

    private static void WriteInitramfs(string path, GuestFiles guest, string setup, string run, GuestVolumes volumes)
    {
        File.Copy(guest.InitramfsPath, path);
        // Secrets may be inside.
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write);
        var cpio = new CpioWriter(file);
        cpio.AddFile("machine/setup.sh", System.Text.Encoding.UTF8.GetBytes(setup));
        cpio.AddFile("machine/run", System.Text.Encoding.UTF8.GetBytes(run));
        volumes.WriteCopied(cpio);
        cpio.Finish();
    }
}
