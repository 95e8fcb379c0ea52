using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Devices;

namespace Orchestrator.Scheduling.Lookahead;

/// <summary>The states of a cluster's nodes with devices, as lookahead sees them; only nodes that changed are read again.</summary>
internal sealed class NodeStates
{
    private NodeState?[] _states = [];
    private long _seenVersion = -1;
    private ClusterState? _cluster;

    /// <summary>Null for a node without devices, or with some that cannot be looked ahead on: of several models, or too many.</summary>
    public NodeState? Of(int slot) => _states[slot];

    public void Refresh(ClusterState cluster)
    {
        void Examine(int slot) => _states[slot] = cluster.NameOf(slot) is null ? null : DeviceReading.StateOf(cluster, slot);
        bool isNew = _cluster != cluster || _states.Length < cluster.SlotCount;
        if (isNew)
        {
            _states = new NodeState?[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(cluster.SlotCount, 16))];
        }

        if (isNew || !cluster.TryVisitTouched(_seenVersion, Examine))
        {
            for (int slot = 0; slot < cluster.SlotCount; slot++)
            {
                Examine(slot);
            }
        }

        _cluster = cluster;
        _seenVersion = cluster.Version;
    }
}

/// <param name="Resource">Resource of the devices.</param>
/// <param name="Devices">What is free.</param>
internal sealed record NodeState(string Resource, NodeDevices Devices);
