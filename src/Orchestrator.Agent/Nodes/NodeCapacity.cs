using System.Globalization;
using k8s.Models;
using Orchestrator.Model.Devices;

namespace Orchestrator.Agent.Nodes;

/// <summary>What the node offers to pods.</summary>
/// <param name="Cpu">Processors.</param>
/// <param name="MemoryBytes">Bytes.</param>
/// <param name="Pods">Most pods at once.</param>
/// <param name="EphemeralStorageBytes">Size of the file system that holds volumes and logs.</param>
/// <param name="Devices">Devices that pods can be given.</param>
public sealed record NodeCapacity(decimal Cpu, long MemoryBytes, int Pods, long EphemeralStorageBytes, IReadOnlyList<NodeDevice> Devices)
{
    // Kept for the kernel, the runtimes and the agent itself.
    private const long ReservedMemoryBytes = 128L * 1024 * 1024;

    public IReadOnlyDictionary<string, decimal> Allocatable { get; } = new Dictionary<string, decimal>(DeviceAmounts(Devices), StringComparer.Ordinal)
    {
        ["cpu"] = Cpu,
        ["memory"] = Math.Max(0, MemoryBytes - ReservedMemoryBytes),
        ["pods"] = Pods,
        ["ephemeral-storage"] = EphemeralStorageBytes,
    };

    public static NodeCapacity OfMachine(AgentOptions options) => new(
        MachineFacts.Processors(), MachineFacts.MemoryBytes(), options.MaxPods, new DriveInfo(options.RootDirectory).TotalSize, options.Devices);

    public Dictionary<string, ResourceQuantity> CapacityQuantities() => Quantities(MemoryBytes);

    public Dictionary<string, ResourceQuantity> AllocatableQuantities() => Quantities((long)Allocatable["memory"]);

    private Dictionary<string, ResourceQuantity> Quantities(long memoryBytes)
    {
        var quantities = DeviceAmounts(Devices).ToDictionary(d => d.Key, d => new ResourceQuantity(d.Value.ToString(CultureInfo.InvariantCulture)), StringComparer.Ordinal);
        quantities["cpu"] = new(Cpu.ToString("0.###", CultureInfo.InvariantCulture));
        quantities["memory"] = new(string.Create(CultureInfo.InvariantCulture, $"{memoryBytes / 1024}Ki"));
        quantities["pods"] = new(Pods.ToString(CultureInfo.InvariantCulture));
        quantities["ephemeral-storage"] = new(string.Create(CultureInfo.InvariantCulture, $"{EphemeralStorageBytes / 1024}Ki"));
        return quantities;
    }

    // Whole ones, and their thousandths: for shares.
    private static Dictionary<string, decimal> DeviceAmounts(IReadOnlyList<NodeDevice> devices) => devices
        .GroupBy(d => d.Resource, StringComparer.Ordinal)
        .SelectMany(group => (KeyValuePair<string, decimal>[])
        [
            KeyValuePair.Create(group.Key, (decimal)group.Count()),
            KeyValuePair.Create(DeviceResources.ShareOf(group.Key), (decimal)group.Count() * DeviceResources.WholeMilli),
        ])
        .ToDictionary(StringComparer.Ordinal);
}
