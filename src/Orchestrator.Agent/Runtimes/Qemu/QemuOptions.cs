using Orchestrator.Agent.Network.Dhcp;
using Orchestrator.Agent.Network.Taps;
using Orchestrator.Agent.Runtimes.Qemu.Guest;

namespace Orchestrator.Agent.Runtimes.Qemu;

/// <summary>Where the QEMU runtimes keep things, and what they start machines with.</summary>
public sealed record QemuOptions
{
    public required string NodeName { get; init; }

    /// <summary>State of this node's machines; kept over restarts. Not shared between nodes.</summary>
    public required string RootDirectory { get; init; }

    /// <summary>Images, and the root disks made from them; may be shared between agents.</summary>
    public required string ImageStoreDirectory { get; init; }

    public GuestOptions Guest { get; init; } = new();

    /// <summary>Sockets of the machines; short, because the kernel limits their paths to 107 bytes.</summary>
    public string RunDirectory { get; init; } = "/run/orchestrator/machines";

    /// <summary>Control group, below the root of each hierarchy, that holds the machines' own.</summary>
    public string CgroupParent { get; init; } = "orchestrator";

    /// <summary>By which machines get into the pod network; null where they cannot.</summary>
    public INetworkAttachment? Network { get; init; }

    /// <summary>Where machines have their addresses announced; null where nobody answers them.</summary>
    public DhcpLeases? Leases { get; init; }

    public string Emulator { get; init; } = "qemu-system-x86_64";

    /// <summary>A guest that has not started the container's command by then is ended.</summary>
    public TimeSpan BootTimeout { get; init; } = TimeSpan.FromMinutes(3);
}
