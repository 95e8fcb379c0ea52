namespace Orchestrator.Cli.Lab.Dependencies;

/// <summary>A program of the machine that a lab needs.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Purpose">What the lab does with it.</param>
/// <param name="Package">The Debian package that brings it.</param>
/// <param name="AnyOf">It is present if one of these files is: absolute paths, where <c>*</c> stands for one name, or bare names looked up in PATH.</param>
internal sealed record Dependency(string Name, string Purpose, string Package, params IReadOnlyList<string> AnyOf)
{
    /// <summary>All that a lab needs, the most basic first.</summary>
    public static IReadOnlyList<Dependency> All { get; } =
    [
        new("PostgreSQL", "the store; a private cluster, the distribution's is neither made nor used", "postgresql", "/usr/lib/postgresql/*/bin/postgres", "postgres"),
        new("containerd", "runs containers", "containerd", "containerd"),
        new("runc", "runs containers", "runc", "runc"),
        new("CNI plugins", "network of containers", "containernetworking-plugins", "/usr/lib/cni/bridge", "/opt/cni/bin/bridge"),
        new("iptables", "network of containers", "iptables", "iptables", "/usr/sbin/iptables"),
        new("nftables", "Services and network policies", "nftables", "nft", "/usr/sbin/nft"),
        new("QEMU", "runs virtual machines", "qemu-system-x86", "qemu-system-x86_64"),
        new("qemu-img", "disks of virtual machines", "qemu-utils", "qemu-img"),
        new("OVMF", "UEFI of virtual machines", "ovmf", "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_CODE.fd"),
        new("mke2fs", "disks of virtual machines", "e2fsprogs", "mke2fs", "/usr/sbin/mke2fs"),
        new("C compiler", "builds the first program of virtual machines", "gcc", "gcc"),
        new("C library to link with", "builds the first program of virtual machines", "libc6-dev", "/usr/lib/x86_64-linux-gnu/libc.a", "/usr/lib64/libc.a"),
        new("static busybox", "the lab's sample image", "busybox-static", "/bin/busybox", "/usr/bin/busybox"),
        new("ip", "network of containers", "iproute2", "ip", "/usr/sbin/ip"),
        new("certificate authorities", "pulls images over HTTPS", "ca-certificates", "/etc/ssl/certs/ca-certificates.crt"),
        new("kubectl", "talks to the lab", "kubernetes-client", "kubectl", "/usr/lib/google-cloud-sdk/bin/kubectl"),
    ];

    /// <summary>What tests need besides.</summary>
    public static IReadOnlyList<Dependency> OfTests { get; } =
    [
        new("Chromium", "pictures of reports", "chromium", "chromium", "chromium-browser", "google-chrome"),
    ];
}
