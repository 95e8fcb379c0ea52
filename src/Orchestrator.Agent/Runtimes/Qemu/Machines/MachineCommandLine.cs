using System.Globalization;
using Orchestrator.Agent.Runtimes.Qemu.Guest;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>QEMU's arguments; nothing but what is named here is in the machine.</summary>
internal static class MachineCommandLine
{
    private const string QuietKernel = "console=ttyS0 quiet panic=-1 tsc=reliable no_timer_check random.trust_cpu=on raid=noautodetect";

    /// <summary>A Linux guest for a container.</summary>
    public static IReadOnlyList<string> ForContainer(string id, MachineDirectory files, GuestFiles guest, Accelerator accelerator, MachineSize size, string? volumeDisk, IReadOnlyList<string> pciAddresses)
    {
        List<string> arguments =
        [
            "-name", "guest=" + Escape(id),
            "-smp", size.Processors.ToString(CultureInfo.InvariantCulture),
            "-m", size.MemoryMebibytes.ToString(CultureInfo.InvariantCulture) + "M",
            "-kernel", guest.KernelPath,
            "-initrd", files.Initramfs,
            // A guest that panics resets, and a machine that resets ends.
            "-append", QuietKernel,
            "-no-reboot",
            .. Console(files.Console),
            // Before the disks: the guest numbers its ports by their device's place among virtio devices.
            "-device", "virtio-serial-pci,id=ports",
            .. Disk("root", files.RootDisk, "qcow2"),
            .. volumeDisk is null ? [] : Disk("volumes", volumeDisk, "raw"),
            .. Port(1, "stdout", files.StandardOutput),
            .. Port(2, "stderr", files.StandardError),
            .. Port(3, "report", files.Report),
            "-chardev", $"pipe,id=control,path={Escape(files.Control)}",
            "-device", "virtserialport,bus=ports.0,nr=4,chardev=control,name=orchestrator.control",
            .. pciAddresses.SelectMany(address => (string[])["-device", $"vfio-pci,host={address}"]),
        ];
        return [.. Common(files, accelerator), .. arguments];
    }

    /// <summary>A guest of a few instructions (see <see cref="Kvm.SmallGuest"/>): what a probe or a test of an accelerator runs.</summary>
    public static IReadOnlyList<string> ForSmallGuest(MachineDirectory files, Accelerator accelerator, string image) =>
    [
        .. Common(files, accelerator), "-m", "16M", "-no-reboot", .. Console(files.Console),
        "-bios", image,
    ];

    /// <summary>The guest kernel with nothing but its init, which says that it runs, and powers off.</summary>
    public static IReadOnlyList<string> ForKernelProbe(MachineDirectory files, GuestFiles guest, Accelerator accelerator) =>
    [
        .. Common(files, accelerator), "-m", "128M", "-no-reboot", .. Console(files.Console),
        "-kernel", guest.KernelPath, "-initrd", guest.InitramfsPath, "-append", QuietKernel + " orchestrator.probe",
    ];

    private static IEnumerable<string> Common(MachineDirectory files, Accelerator accelerator) =>
    [
        "-machine", "q35,vmport=off", "-accel", accelerator.Option, "-cpu", accelerator.CpuModel,
        "-nodefaults", "-no-user-config", "-display", "none",
        // The emulator may not mount, load modules, reboot and the like, whatever a guest makes of it. Denying "spawn" would forbid -daemonize too.
        "-sandbox", "on,obsolete=deny,resourcecontrol=deny",
        "-chardev", $"socket,id=monitor,path={Escape(files.Monitor)},server=on,wait=off",
        "-mon", "chardev=monitor,mode=control",
        // QEMU holds a lock on this file while it runs, so a machine cannot be started twice.
        "-pidfile", files.ProcessId,
        "-D", files.EmulatorLog,
        "-daemonize",
    ];

    private static IEnumerable<string> Console(string path) => ["-chardev", $"file,id=console,path={Escape(path)}", "-device", "isa-serial,chardev=console"];

    private static IEnumerable<string> Disk(string id, string path, string format) =>
        ["-drive", $"if=none,id={id},file={Escape(path)},format={format},discard=unmap,detect-zeroes=unmap", "-device", $"virtio-blk-pci,drive={id}"];

    private static IEnumerable<string> Port(int number, string id, string path) =>
        ["-chardev", $"file,id={id},path={Escape(path)},append=on", "-device", string.Create(CultureInfo.InvariantCulture, $"virtserialport,bus=ports.0,nr={number},chardev={id},name=orchestrator.{id}")];

    /// <summary>QEMU splits option values at commas; a doubled comma is one.</summary>
    private static string Escape(string value) => value.Replace(",", ",,", StringComparison.Ordinal);
}
