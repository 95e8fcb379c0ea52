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
    /// <summary>Kept for the kernel, the runtimes and the agent itself where nothing else is said.</summary>
    public static readonly IReadOnlyDictionary<string, decimal> DefaultReserved =
        new Dictionary<string, decimal>(StringComparer.Ordinal) { ["memory"] = 128L * 1024 * 1024 };

    /// <summary>What pods do not get, by resource, in units.</summary>
    public IReadOnlyDictionary<string, decimal> Reserved { get; init; } = DefaultReserved;

    public IReadOnlyDictionary<string, decimal> Allocatable => _allocatable ??= new Dictionary<string, decimal>(DeviceAmounts(Devices), StringComparer.Ordinal)
    {
        ["cpu"] = Left("cpu", Cpu),
        ["memory"] = Left("memory", MemoryBytes),
        ["pods"] = Pods,
        ["ephemeral-storage"] = Left("ephemeral-storage", EphemeralStorageBytes),
    };

    private Dictionary<string, decimal>? _allocatable;

    public static NodeCapacity OfMachine(AgentOptions options) => new(
        MachineFacts.Processors(), MachineFacts.MemoryBytes(), options.MaxPods, new DriveInfo(options.RootDirectory).TotalSize, options.Devices)
    {
        Reserved = options.SystemReserved,
    };

    public Dictionary<string, ResourceQuantity> CapacityQuantities() => Quantities(Cpu, MemoryBytes, EphemeralStorageBytes);

    public Dictionary<string, ResourceQuantity> AllocatableQuantities() => Quantities(Allocatable["cpu"], (long)Allocatable["memory"], (long)Allocatable["ephemeral-storage"]);

    private decimal Left(string resource, decimal capacity) => Math.Max(0, capacity - Reserved.GetValueOrDefault(resource));

    private Dictionary<string, ResourceQuantity> Quantities(decimal cpu, long memoryBytes, long storageBytes)
    {
        var quantities = DeviceAmounts(Devices).ToDictionary(d => d.Key, d => new ResourceQuantity(d.Value.ToString(CultureInfo.InvariantCulture)), StringComparer.Ordinal);
        quantities["cpu"] = new(cpu.ToString("0.###", CultureInfo.InvariantCulture));
        quantities["memory"] = new(string.Create(CultureInfo.InvariantCulture, $"{memoryBytes / 1024}Ki"));
        quantities["pods"] = new(Pods.ToString(CultureInfo.InvariantCulture));
        quantities["ephemeral-storage"] = new(string.Create(CultureInfo.InvariantCulture, $"{storageBytes / 1024}Ki"));
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
