using k8s.Models;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>Turns a container's resources into the size of its machine.</summary>
internal static class MachineSizing
{
    /// <summary>Below this the guest's kernel does not come up.</summary>
    public const int LeastMemoryMebibytes = 128;

    private const int DefaultMemoryMebibytes = 256;
    public const int MostProcessors = 64;
    private const long LeastShares = 2;
    public const long MostShares = 262_144;

    /// <summary>
    /// Memory is the limit, else the request, else 256 MiB; processors are the limit, else the request, rounded up.
    /// The limit in CPU is held exactly, by the control group.
    /// </summary>
    public static MachineSize Of(V1ResourceRequirements? resources)
    {
        var memoryBytes = Quantity(resources?.Limits, "memory") ?? Quantity(resources?.Requests, "memory");
        var limit = Quantity(resources?.Limits, "cpu");
        var request = Quantity(resources?.Requests, "cpu") ?? limit;
        var memoryMebibytes = memoryBytes is { } bytes ? (int)Math.Min(int.MaxValue, Math.Ceiling(bytes / (1 << 20))) : DefaultMemoryMebibytes;
        return new MachineSize(
            Math.Max(LeastMemoryMebibytes, memoryMebibytes),
            (int)Math.Clamp(Math.Ceiling(limit ?? request ?? 1), 1, MostProcessors),
            limit is { } cores ? (long)Math.Max(10, cores * 1000) : null,
            (long)Math.Clamp((request ?? 0) * 1024, LeastShares, MostShares));
    }

    private static decimal? Quantity(IDictionary<string, ResourceQuantity>? quantities, string name) =>
        quantities is not null && quantities.TryGetValue(name, out var quantity) ? quantity.ToDecimal() : null;
}
