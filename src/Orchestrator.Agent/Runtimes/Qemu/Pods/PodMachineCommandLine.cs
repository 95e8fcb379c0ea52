using System.Globalization;
using Orchestrator.Agent.Runtimes.Qemu.Guest;
using Orchestrator.Agent.Runtimes.Qemu.Machines;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>What starts a pod's machine: the process that serves its files, and the emulator. Pure.</summary>
internal static class PodMachineCommandLine
{
    /// <summary>
    /// Starts the file server, waits for its socket, and becomes the emulator: both are in the machine's control groups, and the server ends when the emulator does.
    /// The scratch disk's writes go to a file that QEMU makes in TMPDIR and unlinks.
    /// </summary>
    private const string Script = """
        export TMPDIR="$1"; socket="$2"; shared="$3"; log="$4"; server="$5"; shift 5
        rm -f "$socket"
        setsid "$server" --socket-path="$socket" -o source="$shared" -o sandbox=chroot -o xattr --rlimit-nofile=0 </dev/null >"$log" 2>&1 &
        while [ ! -S "$socket" ]; do kill -0 $! || exit 126; done
        exec "$@"
        """;

    public static IReadOnlyList<string> Launch(string fileServer, string emulator, PodMachineFiles files, IReadOnlyList<string> arguments) =>
        ["-c", Script, "sh", files.Path, files.Sharing, files.Shared, files.SharingLog, fileServer, emulator, .. arguments];

    /// <summary>QEMU's arguments.</summary>
    public static IReadOnlyList<string> Of(PodMachineRecord machine, PodMachineFiles files, GuestFiles guest, Accelerator accelerator, string scratchDisk)
    {
        var memory = machine.Size.MemoryMebibytes.ToString(CultureInfo.InvariantCulture) + "M";
        return
        [
            .. MachineCommandLine.Common(files.Emulator, accelerator.Sparing),
            "-name", "guest=" + MachineCommandLine.Escape(machine.Id),
            "-smp", machine.Size.Processors.ToString(CultureInfo.InvariantCulture),
            "-m", memory,
            // Shared with the file server, which reads and writes the guest's memory itself.
            "-object", $"memory-backend-memfd,id=memory,size={memory},share=on",
            "-machine", "memory-backend=memory",
            "-kernel", guest.KernelPath,
            "-initrd", guest.InitramfsPath,
            // A guest that panics resets, and a machine that resets ends.
            "-append", MachineCommandLine.QuietKernel,
            "-no-reboot",
            .. MachineCommandLine.Console(files.Emulator.Console),
            "-drive", $"if=none,id=scratch,file={MachineCommandLine.Escape(scratchDisk)},format=raw,snapshot=on,discard=unmap,detect-zeroes=unmap",
            "-device", "virtio-blk-pci,drive=scratch",
            "-chardev", $"socket,id=files,path={MachineCommandLine.Escape(files.Sharing)}",
            "-device", "vhost-user-fs-pci,chardev=files,tag=pod",
            "-device", "virtio-serial-pci,id=ports",
            "-chardev", $"file,id=journal,path={MachineCommandLine.Escape(files.Journal)},append=on",
            "-device", "virtserialport,bus=ports.0,nr=1,chardev=journal,name=orchestrator.journal",
            "-chardev", $"socket,id=agent,path={MachineCommandLine.Escape(files.Agent)},server=on,wait=off",
            "-device", "virtserialport,bus=ports.0,nr=2,chardev=agent,name=orchestrator.agent",
            .. Network(machine.Network),
            .. Enumerable.Range(0, machine.HotplugSlots).SelectMany(slot =>
                (string[])["-device", string.Create(CultureInfo.InvariantCulture, $"pcie-root-port,id=slot{slot},chassis={slot + 1},slot={slot + 1}")]),
        ];
    }

    private static IEnumerable<string> Network(PodMachineNetwork? network) => network is null
        ? []
        : ["-netdev", $"tap,id=network,ifname={MachineCommandLine.Escape(network.TapName)},script=no,downscript=no", "-device", $"virtio-net-pci,netdev=network,mac={network.Mac},romfile="];
}
