using Orchestrator.Model;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Cluster;

/// <summary>
/// The cluster as placement sees it: a struct of arrays, kept up to date change by change. One owner, no locks.
/// Everything is keyed by names and uids and may arrive in any order: a pod before its node, a hypervisor before its node.
/// </summary>
/// <remarks>
/// Each change of a slot is recorded in a ring, so that an evaluation made earlier re-examines only the slots touched since.
/// </remarks>
public sealed class ClusterState
{
    private const int RingSize = 1 << 14;

    private readonly NodeTable _nodes = new();
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PlacedPod> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, PlacedPod>> _podsByNode = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HypervisorFacts> _hypervisors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _hypervisorsByNode = new(StringComparer.Ordinal);
    private readonly int[] _touched = new int[RingSize];

    public ResourceCatalog Resources { get; } = new();

    public Interner<Label> Labels { get; } = new();

    public Interner<Taint> Taints { get; } = new();

    public Interner<string> Handlers { get; } = new();

    /// <summary>Slots to look at; those of removed nodes are empty (<see cref="NameOf"/> is null).</summary>
    public int SlotCount => _nodes.SlotCount;

    public int NodeCount => _slots.Count;

    /// <summary>Pods that count against a node, including those whose node is not known (yet).</summary>
    public int PlacedPodCount => _pods.Count;

    /// <summary>Counts the changes of slots.</summary>
    public long Version { get; private set; }

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
            if (_podsByNode.TryGetValue(node.Name, out Dictionary<string, PlacedPod>? waiting))
            {
                foreach (PlacedPod pod in waiting.Values)
                {
                    Count(slot, pod.Shape, 1);
                }
            }

            CollectHandlers(node.Name);
        }

        SetAllocatable(slot, node);
        SetLabelsAndTaints(slot, node);
        _nodes.Cordoned[slot] = node.IsCordoned;
        Touch(slot);
    }

    /// <summary>Forgets the node; its pods stay known and count again should it come back.</summary>
    public void RemoveNode(string name)
    {
        if (_slots.Remove(name, out int slot))
        {
            _nodes.Free(slot);
            Touch(slot);
        }
    }

    public void SetHypervisor(HypervisorFacts hypervisor)
    {
        ArgumentNullException.ThrowIfNull(hypervisor);
        RemoveHypervisor(hypervisor.Name);
        _hypervisors[hypervisor.Name] = hypervisor;
        if (!_hypervisorsByNode.TryGetValue(hypervisor.NodeName, out HashSet<string>? names))
        {
            _hypervisorsByNode[hypervisor.NodeName] = names = new HashSet<string>(StringComparer.Ordinal);
        }

        names.Add(hypervisor.Name);
        CollectHandlers(hypervisor.NodeName);
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

    /// <summary>Counts the pod against the node; moves it if it counted elsewhere. Repeating it changes nothing.</summary>
    public void PlacePod(string podUid, string nodeName, WorkloadShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (_pods.TryGetValue(podUid, out PlacedPod? old))
        {
            if (old.NodeName == nodeName && ReferenceEquals(old.Shape, shape))
            {
                return;
            }

            RemovePod(podUid);
        }

        var pod = new PlacedPod(nodeName, shape);
        _pods.Add(podUid, pod);
        if (!_podsByNode.TryGetValue(nodeName, out Dictionary<string, PlacedPod>? siblings))
        {
            _podsByNode[nodeName] = siblings = new Dictionary<string, PlacedPod>(StringComparer.Ordinal);
        }

        siblings.Add(podUid, pod);
        if (_slots.TryGetValue(nodeName, out int slot))
        {
            Count(slot, shape, 1);
            Touch(slot);
        }
    }

    /// <summary>The pod no longer counts. False where it did not.</summary>
    public bool RemovePod(string podUid)
    {
        if (!_pods.Remove(podUid, out PlacedPod? pod))
        {
            return false;
        }

        Dictionary<string, PlacedPod> siblings = _podsByNode[pod.NodeName];
        siblings.Remove(podUid);
        if (siblings.Count == 0)
        {
            _podsByNode.Remove(pod.NodeName);
        }

        if (_slots.TryGetValue(pod.NodeName, out int slot))
        {
            Count(slot, pod.Shape, -1);
            Touch(slot);
        }

        return true;
    }

    /// <summary>
    /// Calls <paramref name="visit"/> for each slot touched after version <paramref name="since"/>; false, without calls, where that is too long ago.
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
            visit(_touched[version & (RingSize - 1)]);
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
        _nodes.Labels[slot] = labels;

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

        _nodes.HardTaints[slot] = hard;
        _nodes.SoftTaints[slot] = [.. soft];
    }

    private void CollectHandlers(string nodeName)
    {
        if (!_slots.TryGetValue(nodeName, out int slot))
        {
            return;
        }

        var served = new BitSet();
        foreach (string name in _hypervisorsByNode.GetValueOrDefault(nodeName) ?? [])
        {
            HypervisorFacts hypervisor = _hypervisors[name];
            foreach (string handler in hypervisor.IsReady ? hypervisor.Handlers : [])
            {
                served.Add(Handlers.IdOf(handler));
            }
        }

        _nodes.Handlers[slot] = served;
        Touch(slot);
    }

    private void Count(int slot, WorkloadShape shape, int sign)
    {
        _nodes.EnsureColumns(Resources.Count);
        foreach (ResourceAmount request in shape.Requests)
        {
            _nodes.Requested[request.Column][slot] += sign * request.Amount;
        }

        _nodes.ScoredCpuMilli[slot] += sign * shape.ScoredCpuMilli;
        _nodes.ScoredMemoryBytes[slot] += sign * shape.ScoredMemoryBytes;
        if (shape.HostPorts.Length > 0)
        {
            List<HostPort> ports = _nodes.HostPorts[slot] ??= [];
            foreach (HostPort port in shape.HostPorts)
            {
                if (sign > 0)
                {
                    ports.Add(port);
                }
                else
                {
                    ports.Remove(port);
                }
            }
        }
    }

    private void Touch(int slot) => _touched[Version++ & (RingSize - 1)] = slot;

    private sealed record PlacedPod(string NodeName, WorkloadShape Shape);
}
