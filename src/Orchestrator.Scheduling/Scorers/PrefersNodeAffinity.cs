using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Scorers;

/// <summary>
/// Which share, by weight, of the pod's preferred node affinity does the node match? The share is of all the pod's preferences, not of the
/// best node's as in Kubernetes: the order of nodes is the same, and a node's score does not change when another node does.
/// </summary>
public sealed class PrefersNodeAffinity : INodeScorer
{
    public string Name => nameof(PrefersNodeAffinity);

    public int Weight { get; init; } = 2;

    public int Score(ClusterState cluster, int slot, WorkloadShape shape)
    {
        int matched = 0;
        int all = 0;
        foreach (PreferredTerm preferred in shape.PreferredAffinity)
        {
            all += preferred.Weight;
            matched += preferred.Term.Matches(cluster, slot) ? preferred.Weight : 0;
        }

        return all == 0 ? 0 : matched * Scores.Max / all;
    }
}
