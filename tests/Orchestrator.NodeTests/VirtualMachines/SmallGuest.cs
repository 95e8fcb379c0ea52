using System.Text;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Runtimes.Qemu.Guest;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.VirtualMachines;

/// <summary>
/// An image with a kernel and an initial file system that boots in seconds under emulation, and does what is written to its console: <c>poweroff</c>,
/// <c>reboot</c>, <c>read</c> and <c>write TEXT</c> of its first disk, <c>size</c> of its disks, <c>cpus</c>, <c>label</c> of its disks.
/// </summary>
internal static class SmallGuest
{
    public const string Image = "small-guest:test";

    private const string Init = """
        #!/bin/busybox sh
        export PATH=/bin
        busybox mount -t proc proc /proc
        busybox mount -t sysfs sys /sys
        busybox mount -t devtmpfs dev /dev
        for module in $(busybox cat /modules/order); do busybox insmod /modules/$module; done
        exec </dev/console >/dev/console 2>&1
        busybox stty -echo
        echo "guest is up"
        while read -r command text; do
            case $command in
                poweroff) busybox poweroff -f ;;
                reboot) busybox reboot -f ;;
                write) printf '%s\n' "$text" | busybox dd of=/dev/vda conv=sync bs=512 2>/dev/null; busybox sync; echo "written" ;;
                read) echo "read: $(busybox head -n 1 /dev/vda)" ;;
                disks) for disk in /sys/block/vd* /sys/block/sd*; do [ -e $disk/size ] && echo "disk ${disk##*/} $(busybox cat $disk/size)"; done; echo "listed" ;;
                cpus) echo "cpus: $(busybox grep -c ^processor /proc/cpuinfo)" ;;
                *) echo "unknown: $command" ;;
            esac
        done
        """;

    /// <summary>Builds it into an image store.</summary>
    public static async Task BuildAsync(string store, string directory)
    {
        var guest = await new GuestKernel(new GuestOptions { Directory = QemuFixture.SharedGuestDirectory }, TimeProvider.System).EnsureAsync(CancellationToken.None);
        var root = Path.Combine(directory, "small-guest");
        Directory.CreateDirectory(Path.Combine(root, "boot"));
        Directory.CreateDirectory(Path.Combine(root, "disk"));
        File.Copy(guest.KernelPath, Path.Combine(root, "boot", "vmlinux"));
        File.Copy(guest.InitramfsPath, Path.Combine(root, "boot", "initrd"));
        await using (var initrd = new FileStream(Path.Combine(root, "boot", "initrd"), FileMode.Append))
        {
            // What comes later takes the place of what came before.
            const UnixFileMode executable = (UnixFileMode)0b111_101_101;
            var cpio = new CpioWriter(initrd);
            cpio.AddDirectory("bin");
            cpio.AddFile("bin/busybox", await File.ReadAllBytesAsync("/bin/busybox"), executable);
            cpio.AddFile("init", Encoding.UTF8.GetBytes(Init), executable);
            cpio.Finish();
        }

        await File.WriteAllBytesAsync(Path.Combine(root, "disk", "disk.img"), [.. "from the image\n"u8, .. new byte[1 << 20]]);
        await ImportAsync(store, directory, Image, root);
    }

    /// <summary>Puts an image of a directory into an image store.</summary>
    public static async Task ImportAsync(string store, string directory, string image, string root)
    {
        var archive = Path.Combine(directory, Guid.NewGuid().ToString("N") + ".tar");
        await using (var output = File.Create(archive))
        {
            await ImageBuilder.BuildAsync(new ImageRecipe(ImageReference.Parse(image), root), output, CancellationToken.None);
        }

        await using var input = File.OpenRead(archive);
        await new ImageArchive(new ImageStore(store, TimeProvider.System)).ImportAsync(input, null, CancellationToken.None);
    }
}
