using Orchestrator.Agent.Runtimes.Qemu.Guest;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>QEMU's arguments; nothing but what is named here is in the machine.</summary>
internal static class MachineCommandLine
{
    /// <summary>The guest kernel's own arguments.</summary>
    public const string QuietKernel = "console=ttyS0 quiet panic=-1 tsc=reliable no_timer_check random.trust_cpu=on raid=noautodetect";

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

    /// <summary>What all machines of containers, and probes, have.</summary>
    public static IEnumerable<string> Common(MachineDirectory files, Accelerator accelerator) =>
    [
        "-machine", "q35,vmport=off", "-accel", accelerator.Option, "-cpu", accelerator.CpuModel, .. Emulator(files),
    ];

    /// <summary>What all emulators are told, whatever the machine.</summary>
    public static IEnumerable<string> Emulator(MachineDirectory files) =>
    [
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

    /// <summary>The first serial port, written to a file.</summary>
    public static IEnumerable<string> Console(string path) => ["-chardev", $"file,id=console,path={Escape(path)}", "-device", "isa-serial,chardev=console"];

    /// <summary>QEMU splits option values at commas; a doubled comma is one.</summary>
    public static string Escape(string value) => value.Replace(",", ",,", StringComparison.Ordinal);
}
