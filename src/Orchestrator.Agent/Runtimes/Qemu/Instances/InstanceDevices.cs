using System.Globalization;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>QEMU's arguments for the devices of a virtual machine. Pure.</summary>
internal static class InstanceDevices
{
    private const int PortsOfAhci = 6;

    public static IEnumerable<string> Disks(InstanceRecord machine)
    {
        var devices = machine.Domain.Devices;
        var disks = devices?.Disks ?? [];
        var isHotpluggable = devices?.DisableHotplug != true;
        var arguments = new List<string>();
        if (isHotpluggable || disks.Any(d => BusOf(d) == "scsi"))
        {
            arguments.AddRange(["-device", "virtio-scsi-pci,id=scsi0"]);
        }

        if (disks.Any(d => BusOf(d) == "usb") || (devices?.Inputs ?? []).Any(i => i.Bus is null or "" or "usb"))
        {
            arguments.AddRange(["-device", "qemu-xhci,id=usb"]);
        }

        var orders = BootIndexes(machine);
        var sata = 0;
        foreach (var disk in disks)
        {
            var bus = BusOf(disk);
            if (bus == "sata" && sata % PortsOfAhci == 0)
            {
                arguments.AddRange(["-device", string.Create(CultureInfo.InvariantCulture, $"ich9-ahci,id=sata{sata / PortsOfAhci}")]);
            }

            var file = machine.Disks.First(d => d.Name == disk.Name);
            arguments.AddRange(["-drive", Drive(disk, file), "-device", Device(machine, disk, bus, sata) + Options(disk) + orders.GetValueOrDefault(disk.Name!, "")]);
            sata += bus == "sata" ? 1 : 0;
        }

        return arguments;
    }

    /// <summary>The id of a disk's drive, and of its device.</summary>
    public static string DriveId(string name) => "drive-" + name;

    public static string DeviceId(string name) => "disk-" + name;

    /// <param name="machine">The machine.</param>
    /// <param name="tap">Its tap on the pod network, which its first interface gets; null for QEMU's own network.</param>
    public static IEnumerable<string> Interfaces(InstanceRecord machine, string? tap)
    {
        var orders = BootIndexes(machine);
        var interfaces = machine.Domain.Devices?.Interfaces ?? [];
        for (var i = 0; i < interfaces.Count; i++)
        {
            var item = interfaces[i];
            var mac = InstanceNetwork.MacOf(machine, item);
            yield return "-netdev";
            yield return tap is not null && i == 0
                ? string.Create(CultureInfo.InvariantCulture, $"tap,id=net{i},ifname={tap},script=no,downscript=no")
                : string.Create(CultureInfo.InvariantCulture, $"user,id=net{i}");
            yield return "-device";
            var model = item.Model switch
            {
                null or "" or "virtio" => machine.Domain.Devices?.UseVirtioTransitional == true ? "virtio-net-pci-transitional" : "virtio-net-pci",
                var other => other,
            };
            yield return string.Create(CultureInfo.InvariantCulture, $"{model},netdev=net{i},id=interface-{i},mac={mac}{orders.GetValueOrDefault("interface " + item.Name, ",romfile=")}");
        }
    }

    public static IEnumerable<string> Others(V1VmDevices? devices)
    {
        List<string> all = ["virtserialport,bus=ports.0,nr=1,chardev=agent,id=agent,name=org.qemu.guest_agent.0"];
        if (devices?.AutoattachMemBalloon != false)
        {
            all.Add("virtio-balloon-pci,id=balloon,free-page-reporting=on");
        }

        if (devices?.Watchdog?.I6300esb is not null)
        {
            all.Add("i6300esb,id=watchdog");
        }

        all.AddRange((devices?.PanicDevices ?? []).Select(p => p.Model == "pvpanic" ? "pvpanic-pci" : "pvpanic"));
        all.AddRange((devices?.Inputs ?? []).Select(input => (input.Bus is "virtio", input.Type is "keyboard") switch
        {
            (true, true) => "virtio-keyboard-pci",
            (true, false) => "virtio-tablet-pci",
            (false, true) => "usb-kbd,bus=usb.0",
            (false, false) => "usb-tablet,bus=usb.0",
        }));
        if (devices?.Rng is not null)
        {
            all.Add("virtio-rng-pci,rng=rng0");
        }

        return [.. devices?.Rng is null ? (string[])[] : ["-object", "rng-random,id=rng0,filename=/dev/urandom"], .. all.SelectMany(device => (string[])["-device", device])];
    }

    private static string BusOf(V1VmDisk disk) => (disk.Cdrom?.Bus ?? disk.Lun?.Bus ?? disk.Disk?.Bus) is { Length: > 0 } bus ? bus : "sata";

    private static string Drive(V1VmDisk disk, PreparedDisk file)
    {
        var isReadOnly = file.IsReadOnly || disk.Cdrom is not null || disk.Disk?.Readonly == true || disk.Lun?.Readonly == true;
        // Without a cache of the node's the disk's file must lie where direct access is possible; the default works everywhere and keeps what the guest flushes.
        var cache = disk.Cache is { Length: > 0 } given ? given : "writeback";
        var aio = disk.Io == "native" && cache == "none" ? "native" : "threads";
        var errors = disk.ErrorPolicy switch
        {
            "report" => ",werror=report,rerror=report",
            "ignore" => ",werror=ignore,rerror=ignore",
            "enospace" => ",werror=enospc,rerror=report",
            _ => ",werror=stop,rerror=stop",
        };
        var media = disk.Cdrom is not null ? ",media=cdrom" : "";
        return $"if=none,id={DriveId(disk.Name!)},file={MachineCommandLine.Escape(file.Path)},format={file.Format},cache={cache},aio={aio}"
            + (isReadOnly ? ",readonly=on" : ",discard=unmap,detect-zeroes=unmap") + media + (disk.Cdrom is null ? errors : "");
    }

    private static string Device(InstanceRecord machine, V1VmDisk disk, string bus, int sata)
    {
        var drive = $"drive={DriveId(disk.Name!)},id={DeviceId(disk.Name!)}";
        var isTransitional = machine.Domain.Devices?.UseVirtioTransitional == true;
        var queues = machine.Domain.Devices?.BlockMultiQueue == true ? string.Create(CultureInfo.InvariantCulture, $",num-queues={GuestSize.Of(machine.Domain).Processors}") : "";
        return bus switch
        {
            "sata" => string.Create(CultureInfo.InvariantCulture, $"{(disk.Cdrom is null ? "ide-hd" : "ide-cd")},bus=sata{sata / PortsOfAhci}.{sata % PortsOfAhci},{drive}"),
            "scsi" => $"{(disk.Cdrom is not null ? "scsi-cd" : "scsi-hd")},bus=scsi0.0,{drive}",
            "usb" => $"usb-storage,bus=usb.0,{drive}",
            _ => $"virtio-blk-pci{(isTransitional ? "-transitional" : "")},{drive}{queues}",
        };
    }

    private static string Options(V1VmDisk disk)
    {
        var serial = string.IsNullOrEmpty(disk.Serial) ? "" : $",serial={MachineCommandLine.Escape(disk.Serial)}";
        return disk.BlockSize?.Custom is { Logical: { } logical, Physical: { } physical } size
            ? serial + string.Create(CultureInfo.InvariantCulture, $",logical_block_size={logical},physical_block_size={physical}") + (size.DiscardGranularity is { } discard ? string.Create(CultureInfo.InvariantCulture, $",discard_granularity={discard}") : "")
            : serial;
    }

    /// <summary>Where any device says when it is booted from, those that do not are not; else the disks are tried in their order.</summary>
    private static Dictionary<string, string> BootIndexes(InstanceRecord machine)
    {
        var devices = machine.Domain.Devices;
        (string Key, int? Order)[] all =
        [
            .. (devices?.Disks ?? []).Select(d => (d.Name!, d.BootOrder)),
            .. (devices?.Interfaces ?? []).Select(i => ("interface " + i.Name, i.BootOrder)),
        ];
        var given = all.Where(d => d.Order is not null).ToList();
        var ordered = given.Count > 0 ? given : [.. (devices?.Disks ?? []).Select((d, i) => (d.Name!, (int?)(i + 1)))];
        return ordered.ToDictionary(d => d.Item1, d => string.Create(CultureInfo.InvariantCulture, $",bootindex={d.Item2}"), StringComparer.Ordinal);
    }
}
