namespace Orchestrator.Agent.Runtimes.Qemu.Guest;

/// <summary>What the kernel and the initial file system of machines are made of, and where they are kept.</summary>
public sealed record GuestOptions
{
    /// <summary>Guest kernel and initramfs, prepared once and shared between agents.</summary>
    public string Directory { get; init; } = "/var/lib/orchestrator/guest";

    /// <summary>Kernel to use instead of the packaged one: <c>vmlinux</c> or <c>bzImage</c> with virtio drivers; null to prepare one.</summary>
    public string? KernelPath { get; init; }

    /// <summary>The modules of <see cref="KernelPath"/> (a <c>lib/modules/VERSION</c> directory); null if it needs none.</summary>
    public string? KernelModulesDirectory { get; init; }
}
