using System.Net;
using System.Net.Sockets;
using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>Addresses and networks (Kubernetes' IP and CIDR libraries).</summary>
internal static class AddressFunctions
{
    public static IEnumerable<(string, CelFunction)> All =>
    [
        ("ip(string): Ip", (a, _) => CelAddress.Parse((string)a[0]!) as object ?? new CelError("IP Address parse error during conversion from string")),
        ("isIP(string): bool", (a, _) => CelAddress.Parse((string)a[0]!) is not null),
        ("ip.isCanonical(string): bool", (a, _) => CelAddress.Parse((string)a[0]!) is { } ip ? ip.ToString() == (string)a[0]! : new CelError("IP Address parse error during conversion from string")),
        ("string(Ip): string", (a, _) => Ip(a[0]).ToString()),
        ("Ip.family(): int", (a, _) => Family(Ip(a[0]))),
        ("Ip.isUnspecified(): bool", (a, _) => Ip(a[0]).Equals(IPAddress.Any) || Ip(a[0]).Equals(IPAddress.IPv6Any)),
        ("Ip.isLoopback(): bool", (a, _) => IPAddress.IsLoopback(Ip(a[0]))),
        ("Ip.isLinkLocalMulticast(): bool", (a, _) => IsIn(Ip(a[0]), "224.0.0.0/24", "ff02::/16")),
        ("Ip.isLinkLocalUnicast(): bool", (a, _) => IsIn(Ip(a[0]), "169.254.0.0/16", "fe80::/10")),
        ("Ip.isGlobalUnicast(): bool", (a, _) => IsGlobal(Ip(a[0]))),
        ("cidr(string): Cidr", (a, _) => CelNetwork.Parse((string)a[0]!) as object ?? new CelError("network address parse error during conversion from string")),
        ("isCIDR(string): bool", (a, _) => CelNetwork.Parse((string)a[0]!) is not null),
        ("string(Cidr): string", (a, _) => Cidr(a[0]).ToString()),
        ("Cidr.containsIP(Ip): bool", (a, _) => Contains(Cidr(a[0]), Ip(a[1]))),
        ("Cidr.containsIP(string): bool", (a, _) => CelAddress.Parse((string)a[1]!) is { } ip ? Contains(Cidr(a[0]), ip) : new CelError("IP Address parse error during conversion from string")),
        ("Cidr.containsCIDR(Cidr): bool", (a, _) => Contains(Cidr(a[0]), Cidr(a[1]))),
        ("Cidr.containsCIDR(string): bool", (a, _) => CelNetwork.Parse((string)a[1]!) is { } n ? Contains(Cidr(a[0]), n) : new CelError("network address parse error during conversion from string")),
        ("Cidr.ip(): Ip", (a, _) => Cidr(a[0]).Address),
        ("Cidr.masked(): Cidr", (a, _) => new CelNetwork(Cidr(a[0]).Masked.BaseAddress, Cidr(a[0]).PrefixLength)),
        ("Cidr.prefixLength(): int", (a, _) => (long)Cidr(a[0]).PrefixLength),
    ];

    private static IPAddress Ip(object? value) => (IPAddress)value!;

    private static CelNetwork Cidr(object? value) => (CelNetwork)value!;

    private static long Family(IPAddress ip) => ip.AddressFamily == AddressFamily.InterNetwork ? 4 : 6;

    private static bool Contains(CelNetwork network, IPAddress ip) => network.Masked.Contains(ip);

    private static bool Contains(CelNetwork network, CelNetwork other) =>
        other.PrefixLength >= network.PrefixLength && network.Masked.Contains(other.Address);

    private static bool IsIn(IPAddress ip, string network4, string network6) =>
        IPNetwork.Parse(ip.AddressFamily == AddressFamily.InterNetwork ? network4 : network6).Contains(ip);

    private static bool IsGlobal(IPAddress ip) =>
        !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any) && !ip.Equals(IPAddress.Broadcast) && !IPAddress.IsLoopback(ip)
        && !IsIn(ip, "224.0.0.0/4", "ff00::/8") && !IsIn(ip, "169.254.0.0/16", "fe80::/10");
}
