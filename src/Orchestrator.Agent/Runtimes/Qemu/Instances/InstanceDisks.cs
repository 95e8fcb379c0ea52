using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Agent.Platform;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>Makes the disks of a virtual machine of its volumes.</summary>
internal sealed class InstanceDisks(ContainerDisks images)
{
    private const string ClaimFile = "disk.img";
    private const string DefaultLabel = "cfgdata";
    private const long MostFileBytes = 64 << 20;
    private static readonly TimeSpan ToolTimeout = TimeSpan.FromMinutes(2);

    /// <param name="instance">The machine.</param>
    /// <param name="volumes">Directories of the pod's volumes, by their names.</param>
    /// <param name="files">Where the machine's own files go.</param>
    /// <param name="final">Where those will be when the machine is started.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="RuntimeRefusalException">A volume has not what it should have.</exception>
    public async Task<IReadOnlyList<PreparedDisk>> PrepareAsync(
        V1VirtualMachineInstance instance, IReadOnlyDictionary<string, string> volumes, MachineDirectory files, MachineDirectory final, CancellationToken cancel)
    {
        var disks = new List<PreparedDisk>();
        var all = instance.Spec.Volumes ?? [];
        for (var i = 0; i < all.Count; i++)
        {
            var directory = volumes.GetValueOrDefault(all[i].Name!);
            var prepared = all[i] switch
            {
                { CloudInitNoCloud: { } source } => Iso(files, all[i].Name!, CloudInitDisk.Write(instance, source, directory, volumes.GetValueOrDefault(VirtualMachineNames.NetworkDataVolume(i)))),
                { ConfigMap: { } source } => Iso(files, all[i].Name!, FilesDisk(directory, source.VolumeLabel)),
                { Secret: { } source } => Iso(files, all[i].Name!, FilesDisk(directory, source.VolumeLabel)),
                var volume => await PrepareAsync(instance, volume, directory, files, cancel),
            };
            disks.Add(prepared with { Path = Moved(prepared.Path, files, final) });
        }

        return disks;
    }

    private static string Moved(string path, MachineDirectory from, MachineDirectory to) =>
        path.StartsWith(from.Path + "/", StringComparison.Ordinal) ? to.Path + path[from.Path.Length..] : path;

    private async Task<PreparedDisk> PrepareAsync(V1VirtualMachineInstance instance, V1VmVolume volume, string? directory, MachineDirectory files, CancellationToken cancel)
    {
        var name = volume.Name!;
        switch (volume)
        {
            case { ContainerDisk: { } source }:
                var image = await images.DiskAsync(source.Image!, source.ImagePullPolicy, source.Path, cancel);
                return await OverlayAsync(name, image, await FormatOfAsync(image, cancel), files, cancel);
            case { EmptyDisk: { } source }:
                var empty = files.Disk(name, "qcow2");
                await Tool.RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", empty, Bytes(source.Capacity)], ToolTimeout, cancel);
                return new PreparedDisk(name, empty, "qcow2", IsReadOnly: false);
            case { Ephemeral: not null }:
                return await OverlayAsync(name, Existing(Path.Combine(Required(directory, name), ClaimFile), name), "raw", files, cancel);
            case { HostDisk: { } source }:
                var hostFormat = source.Path!.EndsWith(".qcow2", StringComparison.OrdinalIgnoreCase) ? "qcow2" : "raw";
                await EnsureAsync(source.Path, hostFormat, source.Type == "DiskOrCreate" ? Bytes(source.Capacity) : null, name, cancel);
                return new PreparedDisk(name, source.Path, hostFormat, IsReadOnly: false);
            default:
                // Always raw: a guest may write what looks like another format, and must not be believed.
                var claim = Path.Combine(Required(directory, name), ClaimFile);
                await EnsureAsync(claim, "raw", ClaimBytes(instance, name), name, cancel);
                return new PreparedDisk(name, claim, "raw", volume.PersistentVolumeClaim?.ReadOnly == true);
        }
    }

    private static async Task EnsureAsync(string path, string format, string? bytes, string volume, CancellationToken cancel)
    {
        if (!File.Exists(path))
        {
            if (bytes is null)
            {
                Existing(path, volume);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // Under another name until it is whole.
            await Tool.RunAsync("qemu-img", ["create", "-q", "-f", format, path + ".part", bytes!], ToolTimeout, cancel);
            File.Move(path + ".part", path);
        }

        if (format == "qcow2")
        {
            await FormatOfAsync(path, cancel);
        }
    }

    private static async Task<PreparedDisk> OverlayAsync(string name, string backing, string format, MachineDirectory files, CancellationToken cancel)
    {
        var overlay = files.Disk(name, "qcow2");
        await Tool.RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", "-b", backing, "-F", format, overlay], ToolTimeout, cancel);
        return new PreparedDisk(name, overlay, "qcow2", IsReadOnly: false);
    }

    /// <summary>raw or qcow2. One that would have QEMU open further files is refused: they would be the node's.</summary>
    internal static async Task<string> FormatOfAsync(string path, CancellationToken cancel)
    {
        var told = JsonNode.Parse(await Tool.RunAsync("qemu-img", ["info", "--force-share", "--output=json", path], ToolTimeout, cancel)) as JsonObject;
        var format = (string?)told?["format"];
        if (format is not ("raw" or "qcow2"))
        {
            throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"{Path.GetFileName(path)} is a disk of format {format}: raw and qcow2 are supported");
        }

        return told!.ToJsonString(JsonSerializerOptions.Default) is var text && (told.ContainsKey("backing-filename") || text.Contains("\"data-file\"", StringComparison.Ordinal))
            ? throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"{Path.GetFileName(path)} refers to another file, which is not allowed")
            : format;
    }

    private static PreparedDisk Iso(MachineDirectory files, string name, byte[] image)
    {
        var path = files.Disk(name, "iso");
        InstanceFiles.WritePrivate(path, image);
        return new PreparedDisk(name, path, "raw", IsReadOnly: true);
    }

    private static byte[] FilesDisk(string? directory, string? label)
    {
        var files = new List<KeyValuePair<string, byte[]>>();
        long bytes = 0;
        // Names that begin with two dots are those by which the directory is exchanged whole.
        foreach (var path in directory is null ? [] : Directory.EnumerateFiles(directory).Where(f => !Path.GetFileName(f).StartsWith("..", StringComparison.Ordinal)))
        {
            var content = File.ReadAllBytes(path);
            bytes += content.Length;
            files.Add(new(Path.GetFileName(path), content));
        }

        if (bytes > MostFileBytes)
        {
            throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"the files of a volume have {bytes} bytes, and at most {MostFileBytes} are put on a disk");
        }

        try
        {
            return Iso9660.Write(string.IsNullOrEmpty(label) ? DefaultLabel : label, files);
        }
        catch (ArgumentException error)
        {
            throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, error.Message, error);
        }
    }

    private static string Required(string? directory, string volume) =>
        directory ?? throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"volume {volume} is not mounted");

    private static string Existing(string path, string volume) =>
        File.Exists(path) ? path : throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"volume {volume}: there is no disk {Path.GetFileName(path)}");

    /// <summary>What the claim holds, less what a file system of it needs for itself.</summary>
    private static string? ClaimBytes(V1VirtualMachineInstance instance, string volume)
    {
        var info = instance.Status?.VolumeStatus?.FirstOrDefault(v => v.Name == volume)?.PersistentVolumeClaimInfo;
        return info?.Capacity?.TryGetValue("storage", out var capacity) == true || info?.Requests?.TryGetValue("storage", out capacity) == true
            ? (((long)(capacity.ToDecimal() * 0.945m)) & ~0xFFFFFL).ToString(CultureInfo.InvariantCulture)
            : null;
    }

    private static string Bytes(k8s.Models.ResourceQuantity? quantity) => ((long)(quantity?.ToDecimal() ?? 0)).ToString(CultureInfo.InvariantCulture);
}
