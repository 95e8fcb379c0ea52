using System.Globalization;
using System.Text;
using Orchestrator.Agent.Runtimes.Qemu;
using Orchestrator.Agent.Runtimes.Qemu.Guest;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Runtimes.Qemu.Qmp;

namespace Orchestrator.NodeTests.Qemu;

/// <summary>An emulator with a guest that counts on its first serial port, sending or receiving; each end has a console of its own.</summary>
internal sealed class MovingGuest : IAsyncDisposable
{
    private readonly MachineCgroup _cgroup;
    private readonly MachineProcess _process;

    private MovingGuest(MachineDirectory files, MachineCgroup cgroup, MachineProcess process, QmpConnection monitor) =>
        (Files, _cgroup, _process, Monitor) = (files, cgroup, process, monitor);

    public MachineDirectory Files { get; }

    public QmpConnection Monitor { get; }

    public bool IsAlive => _process.IsAlive;

    public byte[] Console => File.Exists(Files.Console) ? Read(Files.Console) : [];

    public static async Task<MovingGuest> StartAsync(QemuOptions node, string name, Accelerator accelerator, bool isTarget, params IEnumerable<string> guest)
    {
        var files = new MachineDirectory(Directory.CreateDirectory(Path.Combine(node.RootDirectory, name)).FullName, Directory.CreateDirectory(node.RunDirectory).FullName);
        var cgroup = new MachineCgroup(node.CgroupParent, files.CgroupName);
        cgroup.Create(new MachineSize(256, 1, null, 1024));
        IReadOnlyList<string> arguments =
        [
            .. MachineCommandLine.Common(files, accelerator), "-no-reboot", .. MachineCommandLine.Console(files.Console), .. guest,
            .. isTarget ? ["-incoming", "defer"] : (string[])[],
        ];
        var process = await MachineProcess.LaunchAsync(node.Emulator, arguments, files, cgroup.Directories, TimeProvider.System, CancellationToken.None);
        return new MovingGuest(files, cgroup, process, await process.ConnectAsync(TimeSpan.FromSeconds(30), CancellationToken.None));
    }

    /// <summary>A guest of a few instructions that prints 0, 1, ... 255, 0, ...: firmware that only counts.</summary>
    public static byte[] CountingFirmware()
    {
        ReadOnlySpan<byte> code =
        [
            0xBA, 0xFD, 0x03, // wait:  mov dx, 0x3FD   line status of the first serial port
            0xEC,             //        in al, dx
            0xA8, 0x20,       //        test al, 0x20   room for a byte?
            0x74, 0xF8,       //        jz wait
            0xBA, 0xF8, 0x03, //        mov dx, 0x3F8   its data register
            0x88, 0xD8,       //        mov al, bl
            0xEE,             //        out dx, al
            0x43,             //        inc bx
            0xB9, 0x00, 0x40, //        mov cx, 0x4000
            0xE2, 0xFE,       // pause: loop pause
            0xEB, 0xEA,       //        jmp wait
        ];
        var image = new byte[64 * 1024];
        code.CopyTo(image.AsSpan(0xFF80));
        image[0xFFF0] = 0xEB;
        image[0xFFF1] = unchecked((byte)(0xFF80 - 0xFFF2));
        return image;
    }

    /// <summary>The shared guest's kernel and modules, with an init that counts aloud and answers HTTP.</summary>
    public static void WriteCountingInitramfs(string path, GuestFiles guest)
    {
        const string script = """
            #!/bin/busybox sh
            busybox=/bin/busybox
            $busybox mount -t proc proc /proc
            $busybox mount -t devtmpfs dev /dev
            while read -r module; do $busybox insmod /modules/$module; done </modules/order
            $busybox ip link set lo up
            $busybox ip link set eth0 up
            $busybox ip addr add 10.0.2.15/24 dev eth0
            echo moved >/www/index.html
            $busybox httpd -p 80 -h /www
            i=0
            while :; do echo "count $i"; i=$((i+1)); $busybox usleep 20000; done >/dev/ttyS0
            """;
        File.Copy(guest.InitramfsPath, path);
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write);
        var cpio = new CpioWriter(file);
        cpio.AddDirectory("www");
        cpio.AddFile("bin/busybox", File.ReadAllBytes("/bin/busybox"), (UnixFileMode)0b111_101_101);
        cpio.AddFile("init", Encoding.UTF8.GetBytes(script.Replace("\r", "", StringComparison.Ordinal)), (UnixFileMode)0b111_101_101);
        cpio.Finish();
    }

    /// <summary>The numbers that a Linux guest has counted, from both ends' consoles.</summary>
    public static IReadOnlyList<int> Counts(params IEnumerable<MovingGuest> ends) =>
    [
        .. Encoding.ASCII.GetString([.. ends.SelectMany(end => end.Console)]).Split('\n')
            .Where(line => line.StartsWith("count ", StringComparison.Ordinal) && line.EndsWith('\r'))
            .Select(line => int.Parse(line.AsSpan(6).Trim(), CultureInfo.InvariantCulture)),
    ];

    /// <summary>Waits until the console has grown.</summary>
    public Task GrowsAsync()
    {
        var before = Console.Length;
        return MachineUnderTest.UntilAsync(() => Task.FromResult(Console.Length > before + 20));
    }

    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        await Monitor.DisposeAsync();
        _process.Kill();
        await _process.WaitForEndAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
        _cgroup.Remove();
    }

    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }
}
