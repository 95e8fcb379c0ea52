using Orchestrator.Scheduling.Devices;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Cluster;

/// <summary>
/// The columns of the cluster: one slot per node, one array per resource. Slots of removed nodes are used again.
/// Only <see cref="ClusterState"/> writes here.
/// </summary>
internal sealed class NodeTable
{
    public static readonly Dictionary<int, long> NoImages = [];

    private const int FirstSize = 16;

    private readonly Stack<int> _free = new();

    public string?[] Names { get; private set; } = new string?[FirstSize];

    /// <summary>Per resource column, per slot.</summary>
    public List<long[]> Allocatable { get; } = [];

    /// <summary>Per resource column, per slot: the sum of the requests of the pods placed there.</summary>
    public List<long[]> Requested { get; } = [];

    /// <summary>As requested, but counting a small default for pods that request nothing, so that they spread as well.</summary>
    public long[] ScoredCpuMilli { get; private set; } = new long[FirstSize];

    public long[] ScoredMemoryBytes { get; private set; } = new long[FirstSize];

    public bool[] Cordoned { get; private set; } = new bool[FirstSize];

    /// <summary>Sorted ids of the node's labels.</summary>
    public int[][] Labels { get; private set; } = new int[FirstSize][];

    /// <summary>Ids of taints that keep pods away (NoSchedule, NoExecute).</summary>
    public BitSet[] HardTaints { get; private set; } = new BitSet[FirstSize];

    /// <summary>Ids of PreferNoSchedule taints.</summary>
    public int[][] SoftTaints { get; private set; } = new int[FirstSize][];

    public BitSet[] Handlers { get; private set; } = new BitSet[FirstSize];

    /// <summary>Sizes in bytes by image id.</summary>
    public Dictionary<int, long>[] Images { get; private set; } = new Dictionary<int, long>[FirstSize];

    /// <summary>Its ready hypervisors, by name.</summary>
    public HypervisorFacts[][] Hypervisors { get; private set; } = new HypervisorFacts[FirstSize][];

    /// <summary>Whether any of them has a limit of its own.</summary>
    public bool[] HypervisorLimits { get; private set; } = new bool[FirstSize];

    /// <summary>What the pods placed there take, by runtime handler.</summary>
    public HandlerUse[][] HandlerUses { get; private set; } = new HandlerUse[FirstSize][];

    /// <summary>The node's devices, one pool for each resource.</summary>
    public DevicePool[][] Devices { get; private set; } = new DevicePool[FirstSize][];

    public List<HostPort>?[] HostPorts { get; private set; } = new List<HostPort>?[FirstSize];

    /// <summary>Slots in use or freed: every slot index is below.</summary>
    public int SlotCount { get; private set; }

    public int Take(string name)
    {
        if (!_free.TryPop(out int slot))
        {
            slot = SlotCount;
            Grow(slot + 1);
            SlotCount++;
        }

        Names[slot] = name;
        Labels[slot] = [];
        Images[slot] = NoImages;
        Devices[slot] = [];
        Hypervisors[slot] = [];
        HandlerUses[slot] = [];
        SoftTaints[slot] = [];
        HardTaints[slot] = new BitSet();
        Handlers[slot] = new BitSet();
        return slot;
    }

    public void Free(int slot)
    {
        Names[slot] = null;
        HostPorts[slot] = null;
        Devices[slot] = [];
        Hypervisors[slot] = [];
        HypervisorLimits[slot] = false;
        HandlerUses[slot] = [];
        Cordoned[slot] = false;
        ScoredCpuMilli[slot] = 0;
        ScoredMemoryBytes[slot] = 0;
        foreach (long[] column in Allocatable.Concat(Requested))
        {
            column[slot] = 0;
        }

        _free.Push(slot);
    }

    /// <summary>Makes sure that there are arrays for that many resources.</summary>
    public void EnsureColumns(int count)
    {
        while (Allocatable.Count < count)
        {
            Allocatable.Add(new long[Names.Length]);
            Requested.Add(new long[Names.Length]);
        }
    }

    private void Grow(int slots)
    {
        if (slots <= Names.Length)
        {
            return;
        }

        int size = Names.Length * 2;
        Names = Resized(Names, size);
        ScoredCpuMilli = Resized(ScoredCpuMilli, size);
        ScoredMemoryBytes = Resized(ScoredMemoryBytes, size);
        Cordoned = Resized(Cordoned, size);
        Labels = Resized(Labels, size);
        HardTaints = Resized(HardTaints, size);
        SoftTaints = Resized(SoftTaints, size);
        Handlers = Resized(Handlers, size);
        HostPorts = Resized(HostPorts, size);
        Images = Resized(Images, size);
        Devices = Resized(Devices, size);
        Hypervisors = Resized(Hypervisors, size);
        HypervisorLimits = Resized(HypervisorLimits, size);
        HandlerUses = Resized(HandlerUses, size);
        for (int i = 0; i < Allocatable.Count; i++)
        {
            Allocatable[i] = Resized(Allocatable[i], size);
            Requested[i] = Resized(Requested[i], size);
        }
    }

    private static T[] Resized<T>(T[] array, int size)
    {
        Array.Resize(ref array, size);
        return array;
    }
}
