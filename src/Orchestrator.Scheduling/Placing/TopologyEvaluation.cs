using System.Runtime.InteropServices;
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
    private readonly List<ScoredByTopology> _scored = [];
    private readonly List<int[]> _spare = [];
    private byte[] _marked = [];
    private (Workload Workload, long Version, long NodesVersion) _answered;

    /// <summary>The parts of the totals that the last evaluation added.</summary>
    public IReadOnlyList<ScoredByTopology> Scored => _scored;

    /// <summary>Whether where pods are may keep the workload from a node.</summary>
    public bool IsFiltered(Workload workload)
    {
        foreach (ITopologyFilter filter in profile.TopologyFilters)
        {
            if (filter.Concerns(cluster, workload))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether where pods are may matter to the workload.</summary>
    public bool Concerns(Workload workload)
    {
        if (IsFiltered(workload))
        {
            return true;
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
            _spare.Clear();
        }
        else
        {
            _spare.AddRange(_scored.Select(s => s.Scores));
        }

        _scored.Clear();

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
        foreach (ITopologyScorer scorer in _nodes.EligibleCount > 1 ? profile.TopologyScorers : [])
        {
            if (scorer.Concerns(cluster, workload))
            {
                int[] scores = TakeSpare();
                scorer.Score(cluster, workload, marked, scores.AsSpan(0, slots));
                _nodes.AddScores(scores.AsSpan(0, slots), scorer.Weight);
                _scored.Add(new ScoredByTopology(scorer, scores));
            }
        }

        return _nodes;
    }

    private int[] TakeSpare()
    {
        if (_spare.Count == 0)
        {
            return new int[_marked.Length];
        }

        int[] spare = _spare[^1];
        _spare.RemoveAt(_spare.Count - 1);
        return spare;
    }
}

/// <param name="Scorer">Who scored.</param>
/// <param name="Scores">Per slot its score.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScoredByTopology(ITopologyScorer Scorer, int[] Scores);
