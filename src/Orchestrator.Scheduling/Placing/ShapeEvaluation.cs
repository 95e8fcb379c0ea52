using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Placing;

/// <summary>
/// What every node by itself answers to one shape. Refreshing examines only the slots touched since the last time, so that the next pod of
/// the same shape costs one re-scored node and one vectorised search for the maximum.
/// </summary>
internal sealed class ShapeEvaluation
{
    private readonly ClusterState _cluster;
    private readonly PlacementProfile _profile;
    private readonly WorkloadShape _shape;
    private readonly Action<int> _examine;
    private readonly ObstacleTable _obstacles = new();
    private long _seenVersion = -1;
    private long _obstaclesVersion = -1;

    public ShapeEvaluation(ClusterState cluster, PlacementProfile profile, WorkloadShape shape)
    {
        _cluster = cluster;
        _profile = profile;
        _shape = shape;
        Nodes = new NodeVerdicts(profile.FilterCount);
        _examine = Examine;
    }

    /// <summary>When the placer last used it, for eviction.</summary>
    public long LastUse { get; set; }

    /// <summary>The report made at this version, if any: pods of one shape that fit nowhere, and are not concerned by where pods are, share it.</summary>
    public PlacementReport? UnfitReport { get; set; }

    /// <summary>Valid after <see cref="Refresh"/>.</summary>
    public NodeVerdicts Nodes { get; }

    /// <summary>What keeps the nodes from the shape, brought up to date; only for workloads that are not concerned by where pods are.</summary>
    public ObstacleTable Obstacles(Workload workload)
    {
        void Examine(int slot) => _obstacles.Examine(_cluster, _profile, workload, slot);
        _obstacles.Reserve(_cluster.SlotCount);
        if (_obstaclesVersion < 0 || !_cluster.TryVisitTouched(_obstaclesVersion, Examine))
        {
            for (int slot = 0; slot < _cluster.SlotCount; slot++)
            {
                Examine(slot);
            }
        }

        _obstaclesVersion = _cluster.Version;
        return _obstacles;
    }

    public void Refresh()
    {
        if (_seenVersion == _cluster.Version)
        {
            return;
        }

        UnfitReport = null;
        bool isNew = _seenVersion < 0 || _cluster.SlotCount > Nodes.Capacity;
        Nodes.Grow(isNew ? 0 : _cluster.SlotCount);
        if (isNew || !_cluster.TryVisitTouched(_seenVersion, _examine))
        {
            Nodes.Reset(_cluster.SlotCount);
            for (int slot = 0; slot < _cluster.SlotCount; slot++)
            {
                Examine(slot);
            }
        }

        _seenVersion = _cluster.Version;
    }

    private void Examine(int slot)
    {
        byte verdict = Verdict(slot);
        Nodes.Set(slot, verdict, verdict == 0 ? Score(slot) : 0);
    }

    private byte Verdict(int slot)
    {
        if (_cluster.NameOf(slot) is null)
        {
            return NodeVerdicts.EmptySlot;
        }

        for (int i = 0; i < _profile.Filters.Count; i++)
        {
            if (!_profile.Filters[i].Admits(_cluster, slot, _shape))
            {
                return (byte)(i + 1);
            }
        }

        return 0;
    }

    private int Score(int slot)
    {
        int total = 0;
        for (int i = 0; i < _profile.Scorers.Count; i++)
        {
            total += _profile.Scorers[i].Weight * _profile.Scorers[i].Score(_cluster, slot, _shape);
        }

        return total;
    }
}
