using Orchestrator.Testing;

namespace Orchestrator.NodeTests.VirtualMachines;

/// <summary>
/// A Debian of debootstrap with the cloud kernel, cloud-init and the guest's agent: a disk, and an image with its kernel. Made once for each user of the machine,
/// which takes minutes.
/// </summary>
internal static class DebianImage
{
    public const string Image = "debian-kernel:test";

    private const string Script = """
        set -e
        mkdir -p "$1"
        [ -e "$1/done" ] && exit 0
        rm -rf "$1/root"
        debootstrap --variant=minbase --include=systemd-sysv,udev,dbus,iproute2,linux-image-cloud-amd64,cloud-init,python3-cffi-backend,qemu-guest-agent bookworm "$1/root"
        rm -rf "$1"/root/var/cache/apt/archives/*.deb "$1"/root/var/lib/apt/lists/*
        : > "$1/root/etc/machine-id"
        echo 'datasource_list: [ NoCloud, None ]' > "$1/root/etc/cloud/cloud.cfg.d/90_datasource.cfg"
        systemctl --root="$1/root" enable serial-getty@ttyS0 systemd-networkd
        cp "$1"/root/boot/vmlinuz-* "$1/vmlinuz"
        cp "$1"/root/boot/initrd.img-* "$1/initrd"
        mke2fs -q -F -t ext4 -d "$1/root" "$1/disk.img" 1500M
        rm -rf "$1/root"
        touch "$1/done"
        """;

    private static string Cache { get; } = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "orchestrator", "debian-guest");

    /// <summary>Puts the kernel into the image store, and a copy of the disk where it is asked for.</summary>
    public static async Task PrepareAsync(string store, string directory, string disk)
    {
        var (exitCode, output, errors) = await Shell.RunAsync("sh", ["-c", Script, "sh", Cache], CancellationToken.None);
        Assert.True(exitCode == 0, output + errors);
        var root = Directory.CreateDirectory(Path.Combine(directory, "debian-kernel", "boot")).FullName;
        File.Copy(Path.Combine(Cache, "vmlinuz"), Path.Combine(root, "vmlinuz"));
        File.Copy(Path.Combine(Cache, "initrd"), Path.Combine(root, "initrd"));
        await SmallGuest.ImportAsync(store, directory, Image, Path.GetDirectoryName(root)!);
        await Shell.RunAsync("cp", ["--sparse=always", Path.Combine(Cache, "disk.img"), disk], CancellationToken.None);
    }
}
