using Orchestrator.Model;
using Orchestrator.Scheduling.Topology;
using Orchestrator.Scheduling.Volumes;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Cluster;

/// <summary>
/// The cluster as placement sees it: a struct of arrays, kept up to date change by change. One owner, no locks.
/// Everything is keyed by names and uids and may arrive in any order: a pod before its node, a hypervisor before its node.
/// </summary>
/// <remarks>
/// Each change of a slot is recorded in a ring, so that an evaluation made earlier re-examines only the slots touched since.
/// </remarks>
public sealed partial class ClusterState
{
    private const int RingSize = 1 << 14;

    private readonly NodeTable _nodes = new();
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PlacedPod> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, PlacedPod>> _podsByNode = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HypervisorFacts> _hypervisors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _hypervisorsByNode = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _priorities = [];
    private readonly int[] _touched = new int[RingSize];
    private long[] _lastTouch = [];

    public ClusterState() => Topology = new PodTopology(this, CountedPods);

    public ResourceCatalog Resources { get; } = new();

    public Interner<Label> Labels { get; } = new();

    public Interner<Taint> Taints { get; } = new();

    public Interner<string> Handlers { get; } = new();

    public Interner<string> Images { get; } = new();

    /// <summary>Claims and what they are bound to.</summary>
    public VolumeCatalog Volumes { get; } = new();

    /// <summary>Where pods are, as terms between pods ask.</summary>
    internal PodTopology Topology { get; }

    /// <summary>Slots to look at; those of removed nodes are empty (<see cref="NameOf"/> is null).</summary>
    public int SlotCount => _nodes.SlotCount;

    public int NodeCount => _slots.Count;

    /// <summary>Pods that count against a node, including those whose node is not known (yet).</summary>
    public int PlacedPodCount => _pods.Count;

    /// <summary>Counts the changes of slots.</summary>
    public long Version { get; private set; }

    /// <summary>Counts the changes of which nodes there are, of their labels, taints and cordons, and of the labels of namespaces.</summary>
    public long NodesVersion { get; private set; }

    public string? NameOf(int slot) => _nodes.Names[slot];

    public bool TryFindSlot(string nodeName, out int slot) => _slots.TryGetValue(nodeName, out slot);

    /// <summary>Where the pod counts, or null.</summary>
    public string? NodeOfPod(string podUid) => _pods.TryGetValue(podUid, out PlacedPod? pod) ? pod.NodeName : null;

    public long Allocatable(int column, int slot) => column < _nodes.Allocatable.Count ? _nodes.Allocatable[column][slot] : 0;

    public long Requested(int column, int slot) => column < _nodes.Requested.Count ? _nodes.Requested[column][slot] : 0;

    public long ScoredCpuMilli(int slot) => _nodes.ScoredCpuMilli[slot];

    public long ScoredMemoryBytes(int slot) => _nodes.ScoredMemoryBytes[slot];

    public bool IsCordoned(int slot) => _nodes.Cordoned[slot];

    /// <summary>Sorted ids, in <see cref="Labels"/>, of the node's labels.</summary>
    public ReadOnlySpan<int> LabelsOf(int slot) => _nodes.Labels[slot];

    /// <summary>Id, in <see cref="Labels"/>, of the node's label with that key, or -1.</summary>
    public int LabelOf(int slot, string key)
    {
        foreach (int id in _nodes.Labels[slot])
        {
            if (Labels[id].Key == key)
            {
                return id;
            }
        }

        return -1;
    }

    /// <summary>Sizes in bytes, by id in <see cref="Images"/>, of the images that the node has.</summary>
    public IReadOnlyDictionary<int, long> ImagesOf(int slot) => _nodes.Images[slot];

    /// <summary>Ids, in <see cref="Taints"/>, of the taints that keep pods away.</summary>
    public BitSet HardTaintsOf(int slot) => _nodes.HardTaints[slot];

    /// <summary>Ids, in <see cref="Taints"/>, of the PreferNoSchedule taints.</summary>
    public ReadOnlySpan<int> SoftTaintsOf(int slot) => _nodes.SoftTaints[slot];

    /// <summary>Ids, in <see cref="Handlers"/>, of the runtime handlers that ready hypervisors of the node serve.</summary>
    public BitSet HandlersOf(int slot) => _nodes.Handlers[slot];

    /// <summary>Host ports taken on the node.</summary>
    public IReadOnlyList<HostPort> HostPortsOf(int slot) => (IReadOnlyList<HostPort>?)_nodes.HostPorts[slot] ?? [];

    /// <summary>Adds the node or replaces what is known of it.</summary>
    public void SetNode(NodeFacts node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (!_slots.TryGetValue(node.Name, out int slot))
        {
            slot = _nodes.Take(node.Name);
            _slots.Add(node.Name, slot);
            NodesVersion++;
            if (_podsByNode.TryGetValue(node.Name, out Dictionary<string, PlacedPod>? waiting))
            {
                foreach (PlacedPod pod in waiting.Values)
                {
                    Count(slot, pod, 1);
                }
            }

            CollectHandlers(node.Name);
        }

        SetAllocatable(slot, node);
        FindHypervisorLimits(slot);
        SetDevices(slot, node);
        SetLabelsAndTaints(slot, node);
        _nodes.Images[slot] = node.Images.Count == 0 ? NodeTable.NoImages : node.Images.ToDictionary(i => Images.IdOf(i.Key), i => i.Value);
        Touch(slot);
    }

    /// <summary>Forgets the node; its pods stay known and count again should it come back.</summary>
    public void RemoveNode(string name)
    {
        if (_slots.Remove(name, out int slot))
        {
            foreach (PlacedPod pod in PodsOf(name))
            {
                Count(slot, pod, -1);
            }

            _nodes.Free(slot);
            NodesVersion++;
            Touch(slot);
        }
    }

    /// <summary>The namespace's labels, by which terms between pods may select; null where it is gone. True where they are news.</summary>
    public bool SetNamespace(string name, IReadOnlyDictionary<string, string>? labels)
    {
        bool changed = Topology.SetNamespace(name, labels);
        NodesVersion += changed ? 1 : 0;
        return changed;
    }

    /// <summary>Adds the hypervisor or replaces what is known of it. False where that is no news: most of its updates are of what placement does not ask.</summary>
    public bool SetHypervisor(HypervisorFacts hypervisor)
    {
        ArgumentNullException.ThrowIfNull(hypervisor);
        if (_hypervisors.TryGetValue(hypervisor.Name, out HypervisorFacts? known) && known.Equals(hypervisor))
        {
            return false;
        }

        RemoveHypervisor(hypervisor.Name);
        _hypervisors[hypervisor.Name] = hypervisor;
        if (!_hypervisorsByNode.TryGetValue(hypervisor.NodeName, out HashSet<string>? names))
        {
            _hypervisorsByNode[hypervisor.NodeName] = names = new HashSet<string>(StringComparer.Ordinal);
        }

        names.Add(hypervisor.Name);
        CollectHandlers(hypervisor.NodeName);
        return true;
    }

    public void RemoveHypervisor(string name)
    {
        if (!_hypervisors.Remove(name, out HypervisorFacts? old))
        {
            return;
        }

        HashSet<string> names = _hypervisorsByNode[old.NodeName];
        names.Remove(name);
        if (names.Count == 0)
        {
            _hypervisorsByNode.Remove(old.NodeName);
        }

        CollectHandlers(old.NodeName);
    }

    /// <summary>
    /// Calls <paramref name="visit"/> once for each slot touched after version <paramref name="since"/>; false, without calls, where that is too long ago.
    /// </summary>
    public bool TryVisitTouched(long since, Action<int> visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        if (Version - since > RingSize)
        {
            return false;
        }

        for (long version = since; version < Version; version++)
        {
            int slot = _touched[version & (RingSize - 1)];
            if (_lastTouch[slot] == version)
            {
                visit(slot);
            }
        }

        return true;
    }

    private void SetAllocatable(int slot, NodeFacts node)
    {
        foreach (long[] column in _nodes.Allocatable)
        {
            column[slot] = 0;
        }

        foreach ((string name, string text) in node.Allocatable)
        {
            int column = Resources.ColumnOf(name);
            _nodes.EnsureColumns(Resources.Count);
            _nodes.Allocatable[column][slot] = Math.Min(ResourceCatalog.AmountOf(column, text), ResourceCatalog.MaxAmount - 1);
        }
    }

    private void SetLabelsAndTaints(int slot, NodeFacts node)
    {
        int[] labels = [.. node.Labels.Select(Labels.IdOf)];
        Array.Sort(labels);

        var hard = new BitSet();
        var soft = new List<int>();
        foreach (Taint taint in node.Taints)
        {
            if (node.IsCordoned && taint.Key == WellKnown.UnschedulableTaint)
            {
                // The cordon itself, and gone with it: one obstacle, not two.
                continue;
            }

            if (taint.Effect == "PreferNoSchedule")
            {
                soft.Add(Taints.IdOf(taint));
            }
            else
            {
                hard.Add(Taints.IdOf(taint));
            }
        }

        bool same = labels.AsSpan().SequenceEqual(_nodes.Labels[slot]) && hard.IsSubsetOf(_nodes.HardTaints[slot])
            && _nodes.HardTaints[slot].IsSubsetOf(hard) && node.IsCordoned == _nodes.Cordoned[slot];
        NodesVersion += same ? 0 : 1;
        _nodes.Labels[slot] = labels;
        _nodes.HardTaints[slot] = hard;
        _nodes.SoftTaints[slot] = [.. soft];
        _nodes.Cordoned[slot] = node.IsCordoned;
    }

    private void CollectHandlers(string nodeName)
    {
        if (!_slots.TryGetValue(nodeName, out int slot))
        {
            return;
        }

        var served = new BitSet();
        HypervisorFacts[] ready =
        [
            .. (_hypervisorsByNode.GetValueOrDefault(nodeName) ?? []).Select(name => _hypervisors[name]).Where(h => h.IsReady).OrderBy(h => h.Name, StringComparer.Ordinal),
        ];
        foreach (string handler in ready.SelectMany(h => h.Handlers))
        {
            served.Add(Handlers.IdOf(handler));
        }

        _nodes.Hypervisors[slot] = ready;
        FindHypervisorLimits(slot);

        _nodes.Handlers[slot] = served;
        Touch(slot);
    }

    private void Touch(int slot)
    {
        if (slot >= _lastTouch.Length)
        {
            Array.Resize(ref _lastTouch, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)slot + 1));
        }

        _lastTouch[slot] = Version;
        _touched[Version++ & (RingSize - 1)] = slot;
    }
}
