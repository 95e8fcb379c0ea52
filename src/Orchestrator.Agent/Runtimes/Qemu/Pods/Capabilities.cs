using k8s.Models;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>Capabilities of processes (capabilities(7)) as a mask: bit N is capability N of <c>linux/capability.h</c>.</summary>
internal static class Capabilities
{
    private const ulong All = (1UL << 41) - 1;

    // In the kernel's order.
    private static readonly string[] Names =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN",
        "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME",
        "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON",
        "BPF", "CHECKPOINT_RESTORE",
    ];

    // What container runtimes leave to containers that ask for nothing.
    private static readonly ulong Default = MaskOf(
        ["CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE"]);

    /// <summary>What a container has: the default, less what it drops, and what it adds. As in Kubernetes, dropping ALL comes before adding.</summary>
    public static ulong Of(V1SecurityContext? context)
    {
        if (context?.Privileged is true)
        {
            return All;
        }

        var mask = Default & ~MaskOf(context?.Capabilities?.Drop ?? []);
        return mask | MaskOf(context?.Capabilities?.Add ?? []);
    }

    private static ulong MaskOf(IEnumerable<string> names) => names.Aggregate(0UL, (mask, name) => mask | MaskOf(name));

    private static ulong MaskOf(string name)
    {
        var plain = name.StartsWith("CAP_", StringComparison.OrdinalIgnoreCase) ? name[4..] : name;
        if (string.Equals(plain, "ALL", StringComparison.OrdinalIgnoreCase))
        {
            return All;
        }

        var bit = Array.FindIndex(Names, known => string.Equals(known, plain, StringComparison.OrdinalIgnoreCase));
        return bit >= 0 ? 1UL << bit : throw new RuntimeRefusalException(WaitingReasons.CreateContainerError, $"unknown capability \"{name}\"");
    }
}
