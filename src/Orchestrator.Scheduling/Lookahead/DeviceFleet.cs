using Orchestrator.Scheduling.Devices;

namespace Orchestrator.Scheduling.Lookahead;

/// <summary>The nodes by state: how many nodes are in each, and which. One owner, no locks.</summary>
public sealed class DeviceFleet
{
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<NodeDevices, int> _ids = [];
    private readonly List<State> _states = [];
    private readonly List<int> _occupied = [];

    /// <summary>Ids of the states that some node is in, in no particular order.</summary>
    public IReadOnlyList<int> OccupiedStates => _occupied;

    public NodeDevices StateOf(int stateId) => _states[stateId].Value;

    public int StateCount => _states.Count;

    /// <summary>The first node in the state, by number.</summary>
    public int FirstNodeIn(int stateId) => _states[stateId].Nodes.Min;

    /// <summary>Adds a node that is empty; returns its number.</summary>
    public int Add(int model, long cpuMilli, long memoryMib, int devices)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(devices, DeviceResiduals.Limit);
        var free = new short[devices];
        free.AsSpan().Fill(DeviceWorkload.WholeMilli);
        _nodes.Add(new Node(free));
        Enter(_nodes.Count - 1, new NodeDevices(model, cpuMilli, memoryMib, devices, DeviceResiduals.Of(free)));
        return _nodes.Count - 1;
    }

    /// <summary>
    /// Places the workload on devices of the node whose residual is <paramref name="residual"/>. Returns the numbers of the devices as a bit mask.
    /// </summary>
    public uint Take(int node, in DeviceWorkload workload, int residual)
    {
        NodeDevices before = _states[_nodes[node].StateId].Value;
        short[] free = _nodes[node].Free;
        uint taken = 0;
        int left = workload.DeviceCount;
        for (int i = 0; i < free.Length && left > 0; i++)
        {
            if (free[i] == residual)
            {
                free[i] -= (short)workload.ShareMilli;
                taken |= 1u << i;
                left--;
            }
        }

        Move(node, before.After(workload, residual));
        return taken;
    }

    /// <summary>Gives back what <see cref="Take"/> took.</summary>
    public void Release(int node, in DeviceWorkload workload, uint devices)
    {
        NodeDevices before = _states[_nodes[node].StateId].Value;
        short[] free = _nodes[node].Free;
        for (int i = 0; i < free.Length; i++)
        {
            if ((devices >> i & 1) != 0)
            {
                free[i] += (short)workload.ShareMilli;
            }
        }

        Move(node, new NodeDevices(before.Model, before.CpuMilli + workload.CpuMilli, before.MemoryMib + workload.MemoryMib, free.Length, DeviceResiduals.Of(free)));
    }

    private void Move(int node, in NodeDevices next)
    {
        Leave(node);
        Enter(node, next);
    }

    private void Leave(int node)
    {
        State state = _states[_nodes[node].StateId];
        state.Nodes.Remove(node);
        if (state.Nodes.Count == 0)
        {
            // The last one takes the freed place.
            int last = _occupied[^1];
            _occupied[state.Position] = last;
            _states[last].Position = state.Position;
            _occupied.RemoveAt(_occupied.Count - 1);
        }
    }

    private void Enter(int node, in NodeDevices value)
    {
        if (!_ids.TryGetValue(value, out int id))
        {
            _ids.Add(value, id = _states.Count);
            _states.Add(new State(value));
        }

        State state = _states[id];
        if (state.Nodes.Count == 0)
        {
            state.Position = _occupied.Count;
            _occupied.Add(id);
        }

        state.Nodes.Add(node);
        _nodes[node].StateId = id;
    }

    private sealed class Node(short[] free)
    {
        public short[] Free { get; } = free;

        public int StateId { get; set; }
    }

    private sealed class State(NodeDevices value)
    {
        public NodeDevices Value { get; } = value;

        public SortedSet<int> Nodes { get; } = [];

        public int Position { get; set; }
    }
}
