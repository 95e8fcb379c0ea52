namespace Orchestrator.Agent.Runtimes.Qemu;

/// <summary>Where the QEMU runtimes keep things, and what they start machines with.</summary>
public sealed record QemuOptions
{
    public required string NodeName { get; init; }

    /// <summary>State of this node's machines; kept over restarts. Not shared between nodes.</summary>
    public required string RootDirectory { get; init; }

    /// <summary>Images, and the root disks made from them; may be shared between agents.</summary>
    public required string ImageStoreDirectory { get; init; }

    /// <summary>Guest kernel and initramfs, prepared once and shared between agents.</summary>
    public string GuestDirectory { get; init; } = "/var/lib/orchestrator/guest";

    /// <summary>Sockets of the machines; short, because the kernel limits their paths to 107 bytes.</summary>
    public string RunDirectory { get; init; } = "/run/orchestrator/machines";

    /// <summary>Control group, below the root of each hierarchy, that holds the machines' own.</summary>
    public string CgroupParent { get; init; } = "orchestrator";

    public string Emulator { get; init; } = "qemu-system-x86_64";

    /// <summary>A statically linked busybox: the guest's user space until the container's command runs.</summary>
    public string Busybox { get; init; } = "/bin/busybox";

    /// <summary>Kernel to use instead of the packaged one: <c>vmlinux</c> or <c>bzImage</c> with virtio drivers; null to prepare one.</summary>
    public string? KernelPath { get; init; }

    /// <summary>The modules of <see cref="KernelPath"/> (a <c>lib/modules/VERSION</c> directory); null if it needs none.</summary>
    public string? KernelModulesDirectory { get; init; }

    /// <summary>A guest that has not started the container's command by then is ended.</summary>
    public TimeSpan BootTimeout { get; init; } = TimeSpan.FromMinutes(3);
}
