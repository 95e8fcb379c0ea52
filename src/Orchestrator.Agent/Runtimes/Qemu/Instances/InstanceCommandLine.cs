using System.Globalization;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>QEMU's arguments for a virtual machine; nothing but what is named here is in it. Pure.</summary>
internal static class InstanceCommandLine
{
    /// <summary>Slots into which disks can be plugged while the machine runs.</summary>
    public const int HotplugSlots = 4;

    public static IReadOnlyList<string> Of(MachineDirectory files, InstanceRecord machine, Accelerator accelerator, IReadOnlyList<string> pciAddresses, string? tap) =>
    [
        .. Board(machine, accelerator),
        .. Size(machine.Domain),
        .. MachineCommandLine.Emulator(files),
        "-boot", "strict=on",
        "-rtc", "base=utc,driftfix=slew",
        .. Identity(machine),
        .. Firmware(machine, files),
        .. Consoles(machine.Domain.Devices, files),
        .. Controllers(machine, files),
        .. InstanceDevices.Disks(machine),
        .. InstanceDevices.Interfaces(machine, tap),
        .. InstanceDevices.Others(machine.Domain.Devices),
        .. pciAddresses.SelectMany(address => (string[])["-device", $"vfio-pci,host={address}"]),
        .. machine.StartsPaused ? (string[])["-S"] : [],
    ];

    /// <summary>The type of a board that has PCI Express, and so slots for plugging.</summary>
    public static bool IsExpress(InstanceRecord machine) => machine.Domain.Machine?.Type is not { } type || type == "q35" || type.StartsWith("pc-q35", StringComparison.Ordinal);

    private static IEnumerable<string> Board(InstanceRecord machine, Accelerator accelerator)
    {
        var type = machine.Domain.Machine?.Type is { Length: > 0 } given ? given : "q35";
        var features = machine.Domain.Features;
        var isMicro = type == "microvm";
        string[] options =
        [
            type == "pc" ? "pc" : type,
            .. isMicro ? (string[])["acpi=on", "pcie=on", "rtc=on"] : ["vmport=off", IsOn(features?.Smm) ? "smm=on" : "smm=off"],
            .. isMicro || IsOnByDefault(features?.Acpi) ? (string[])[] : ["acpi=off"],
            .. machine.Domain.Firmware?.Bootloader?.Bios?.UseSerial == true ? (string[])["graphics=off"] : [],
        ];
        return ["-machine", string.Join(',', options), "-accel", accelerator.Option, "-cpu", Processor(machine.Domain, accelerator)];
    }

    private static string Processor(V1VmDomain domain, Accelerator accelerator)
    {
        var isKvm = accelerator.Name == "kvm";
        var asked = domain.Cpu?.Model;
        // Of the host's own processor there is nothing to see under emulation.
        var model = asked switch
        {
            null or "" => accelerator.CpuModel,
            "host-passthrough" or "host-model" => isKvm ? "host" : "max",
            _ => asked,
        };
        var features = (domain.Cpu?.Features ?? []).Select(f => f.Policy switch
        {
            "disable" or "forbid" => $"{f.Name}=off",
            "optional" => null,
            _ => $"{f.Name}=on",
        });
        string?[] hidden = domain.Features?.Kvm?.Hidden == true ? ["kvm=off"] : [];
        return string.Join(',', [model, .. features.OfType<string>(), .. hidden.OfType<string>(), .. isKvm ? HyperV(domain.Features?.Hyperv) : []]);
    }

    private static IEnumerable<string> HyperV(V1VmFeatureHyperv? features)
    {
        (V1VmFeatureState? State, string Name)[] all =
        [
            (features?.Relaxed, "hv-relaxed"), (features?.Vapic, "hv-vapic"), (features?.Vpindex, "hv-vpindex"), (features?.Runtime, "hv-runtime"), (features?.Synic, "hv-synic"),
            (features?.Synictimer, "hv-stimer"), (features?.Reset, "hv-reset"), (features?.Frequencies, "hv-frequencies"), (features?.Reenlightenment, "hv-reenlightenment"),
            (features?.Tlbflush, "hv-tlbflush"), (features?.Ipi, "hv-ipi"),
        ];
        foreach (var (state, name) in all)
        {
            if (IsOn(state))
            {
                yield return name;
            }
        }

        if (features?.Spinlocks is { Enabled: not false } spinlocks)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"hv-spinlocks={spinlocks.Spinlocks ?? 4096}");
        }
    }

    private static IEnumerable<string> Size(V1VmDomain domain)
    {
        var size = GuestSize.Of(domain);
        return
        [
            "-m", string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, size.MemoryBytes >> 20)}M"),
            "-smp", string.Create(CultureInfo.InvariantCulture, $"{size.Processors},sockets={size.MaxSockets},cores={size.Cores},threads={size.Threads},maxcpus={size.MaxProcessors}"),
        ];
    }

    private static List<string> Identity(InstanceRecord machine)
    {
        var domain = machine.Domain;
        var uuid = domain.Firmware?.Uuid ?? VirtualMachineNames.UuidOf(machine.Namespace, machine.Name);
        var serial = domain.Firmware?.Serial is { Length: > 0 } given ? $",serial={MachineCommandLine.Escape(given)}" : "";
        // A machine that has switched itself off stays until it was seen: how it ended is then known, whether or not an agent was there.
        var reboot = domain.RebootPolicy == "Terminate" ? "shutdown" : "reset";
        var watchdog = domain.Devices?.Watchdog?.I6300esb is { } device ? $",watchdog={(device.Action is { Length: > 0 } action ? action : "reset")}" : "";
        List<string> arguments =
        [
            "-name", $"guest={MachineCommandLine.Escape($"{machine.Namespace}_{machine.Name}")}",
            "-uuid", uuid,
            "-smbios", $"type=1,manufacturer=Orchestrator,product=None,uuid={uuid}{serial}",
            "-action", $"reboot={reboot},shutdown=pause,panic=pause{watchdog}",
        ];
        if (domain.Chassis is { } chassis)
        {
            (string Name, string? Value)[] fields = [("manufacturer", chassis.Manufacturer), ("version", chassis.Version), ("serial", chassis.Serial), ("asset", chassis.Asset), ("sku", chassis.Sku)];
            arguments.AddRange(["-smbios", "type=3" + string.Concat(fields.Where(f => !string.IsNullOrEmpty(f.Value)).Select(f => $",{f.Name}={MachineCommandLine.Escape(f.Value!)}"))]);
        }

        return arguments;
    }

    private static IEnumerable<string> Firmware(InstanceRecord machine, MachineDirectory files)
    {
        if (machine.FirmwareVariables is not null)
        {
            var code = UefiFirmware.CodeOf(machine.Domain);
            yield return "-drive";
            yield return $"if=pflash,unit=0,format=raw,readonly=on,file={MachineCommandLine.Escape(code)}";
            yield return "-drive";
            yield return $"if=pflash,unit=1,format=raw,file={MachineCommandLine.Escape(files.FirmwareVariables())}";
            if (UefiFirmware.IsSecure(machine.Domain))
            {
                yield return "-global";
                yield return "driver=cfi.pflash01,property=secure,value=on";
            }
        }

        if (machine.Kernel is { } kernel)
        {
            yield return "-kernel";
            yield return kernel;
            if (machine.Initrd is { } initrd)
            {
                yield return "-initrd";
                yield return initrd;
            }

            if (machine.Domain.Firmware?.KernelBoot?.KernelArgs is { Length: > 0 } arguments)
            {
                yield return "-append";
                yield return arguments;
            }
        }
    }

    private static IEnumerable<string> Consoles(V1VmDevices? devices, MachineDirectory files)
    {
        if (devices?.AutoattachSerialConsole != false)
        {
            var log = devices?.LogSerialConsole == false ? "" : $",logfile={MachineCommandLine.Escape(files.StandardOutput)},logappend=on";
            yield return "-chardev";
            yield return $"socket,id=serial,path={MachineCommandLine.Escape(files.SerialSocket())},server=on,wait=off{log}";
            yield return "-device";
            yield return "isa-serial,chardev=serial";
        }

        if (devices?.AutoattachGraphicsDevice != false)
        {
            yield return "-device";
            yield return "VGA";
            yield return "-vnc";
            yield return $"unix:{files.VncSocket()},share=force-shared";
        }
    }

    private static IEnumerable<string> Controllers(InstanceRecord machine, MachineDirectory files)
    {
        yield return "-device";
        yield return "virtio-serial-pci,id=ports";
        yield return "-chardev";
        yield return $"socket,id=agent,path={MachineCommandLine.Escape(files.AgentSocket())},server=on,wait=off";
        if (IsExpress(machine) && machine.Domain.Devices?.DisableHotplug != true)
        {
            for (var i = 0; i < HotplugSlots; i++)
            {
                yield return "-device";
                yield return string.Create(CultureInfo.InvariantCulture, $"pcie-root-port,id=slot{i},chassis={i + 1},bus=pcie.0");
            }
        }
    }

    private static bool IsOn(V1VmFeatureState? state) => state is { Enabled: not false };

    private static bool IsOnByDefault(V1VmFeatureState? state) => state?.Enabled != false;
}
