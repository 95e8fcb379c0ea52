using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Scorers;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Placing;

/// <summary>
/// What the nodes answer together: the answers of single nodes, cut and scored further by where other pods are. Made anew for each decision
/// from tallies that are kept up to date, in a few passes over the slots; only for workloads that are concerned at all.
/// </summary>
internal sealed class TopologyEvaluation(ClusterState cluster, PlacementProfile profile)
{
    private readonly NodeVerdicts _nodes = new(profile.FilterCount);
    private byte[] _marked = [];
    private int[] _scores = [];
    private (Workload Workload, long Version, long NodesVersion) _answered;

    public bool Concerns(Workload workload)
    {
        foreach (ITopologyFilter filter in profile.TopologyFilters)
        {
            if (filter.Concerns(cluster, workload))
            {
                return true;
            }
        }

        foreach (ITopologyScorer scorer in profile.TopologyScorers)
        {
            if (scorer.Concerns(cluster, workload))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Valid until the next call; asked again for the same in an unchanged cluster, it answers what it found.</summary>
    public NodeVerdicts Evaluate(Workload workload, NodeVerdicts single)
    {
        (Workload, long, long) asked = (workload, cluster.Version, cluster.NodesVersion);
        if (asked == _answered)
        {
            return _nodes;
        }

        _answered = asked;
        _nodes.CopyFrom(single);
        int slots = single.SlotCount;
        if (_marked.Length < slots)
        {
            _marked = new byte[single.Capacity];
            _scores = new int[single.Capacity];
        }

        Span<byte> marked = _marked.AsSpan(0, slots);
        single.Verdicts.CopyTo(marked);
        for (int i = 0; i < profile.TopologyFilters.Count; i++)
        {
            if (profile.TopologyFilters[i].Concerns(cluster, workload))
            {
                profile.TopologyFilters[i].Reject(cluster, workload, marked, (byte)(profile.Filters.Count + i + 1));
            }
        }

        _nodes.Reject(marked);
        for (int i = 0; i < profile.TopologyScorers.Count && _nodes.EligibleCount > 1; i++)
        {
            if (profile.TopologyScorers[i].Concerns(cluster, workload))
            {
                profile.TopologyScorers[i].Score(cluster, workload, marked, _scores.AsSpan(0, slots));
                _nodes.AddScores(_scores.AsSpan(0, slots), profile.TopologyScorers[i].Weight);
            }
        }

        return _nodes;
    }

    /// <summary>The parts of the totals of these slots, for those that are concerned.</summary>
    public Dictionary<ITopologyScorer, int[]> Parts(Workload workload, NodeVerdicts nodes)
    {
        var parts = new Dictionary<ITopologyScorer, int[]>();
        foreach (ITopologyScorer scorer in profile.TopologyScorers)
        {
            int[] scores = new int[nodes.SlotCount];
            if (nodes.EligibleCount > 1 && scorer.Concerns(cluster, workload))
            {
                scorer.Score(cluster, workload, nodes.Verdicts, scores);
                parts.Add(scorer, scores);
            }
        }

        return parts;
    }
}
