using System.Globalization;
using k8s.Models;

namespace Orchestrator.Agent.Nodes;

/// <summary>What the node offers to pods.</summary>
/// <param name="Cpu">Processors.</param>
/// <param name="MemoryBytes">Bytes.</param>
/// <param name="Pods">Most pods at once.</param>
/// <param name="EphemeralStorageBytes">Size of the file system that holds volumes and logs.</param>
public sealed record NodeCapacity(decimal Cpu, long MemoryBytes, int Pods, long EphemeralStorageBytes)
{
    // Kept for the kernel, the runtimes and the agent itself.
    private const long ReservedMemoryBytes = 128L * 1024 * 1024;

    public IReadOnlyDictionary<string, decimal> Allocatable { get; } = new Dictionary<string, decimal>(StringComparer.Ordinal)
    {
        ["cpu"] = Cpu,
        ["memory"] = Math.Max(0, MemoryBytes - ReservedMemoryBytes),
        ["pods"] = Pods,
        ["ephemeral-storage"] = EphemeralStorageBytes,
    };

    public static NodeCapacity OfMachine(AgentOptions options) => new(
        MachineFacts.Processors(), MachineFacts.MemoryBytes(), options.MaxPods, new DriveInfo(options.RootDirectory).TotalSize);

    public Dictionary<string, ResourceQuantity> CapacityQuantities() => Quantities(Cpu, MemoryBytes, Pods, EphemeralStorageBytes);

    public Dictionary<string, ResourceQuantity> AllocatableQuantities() =>
        Quantities(Allocatable["cpu"], (long)Allocatable["memory"], Pods, EphemeralStorageBytes);

    private static Dictionary<string, ResourceQuantity> Quantities(decimal cpu, long memoryBytes, int pods, long storageBytes) => new(StringComparer.Ordinal)
    {
        ["cpu"] = new(cpu.ToString("0.###", CultureInfo.InvariantCulture)),
        ["memory"] = new(string.Create(CultureInfo.InvariantCulture, $"{memoryBytes / 1024}Ki")),
        ["pods"] = new(pods.ToString(CultureInfo.InvariantCulture)),
        ["ephemeral-storage"] = new(string.Create(CultureInfo.InvariantCulture, $"{storageBytes / 1024}Ki")),
    };
}
