using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Topology;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Scorers;

/// <summary>
/// How much do the pods in the node's domain suit the pod's preferred affinity and anti-affinity, and the pod theirs? From the least to the
/// most of the eligible nodes, as in Kubernetes' <c>interpodaffinity</c>.
/// </summary>
public sealed class PrefersPodAffinity : ITopologyScorer
{
    public string Name => nameof(PrefersPodAffinity);

    public int Weight => 2;

    public bool Concerns(ClusterState cluster, Workload workload) =>
        workload.Shape.Terms.Preferred.Count > 0 || cluster.Topology.MatchesOf(workload.Identity).Weighing.Length > 0;

    public void Score(ClusterState cluster, Workload workload, ReadOnlySpan<byte> verdicts, Span<int> scores)
    {
        long[] raw = new long[verdicts.Length];
        IReadOnlyList<PreferredAffinityTerm> preferred = workload.Shape.Terms.Preferred;
        DomainTally[] tallies = preferred.Count == 0 ? [] : cluster.Topology.TalliesOf(workload.Shape).Preferred;
        for (int i = 0; i < tallies.Length; i++)
        {
            Add(tallies[i], preferred[i].Weight, raw);
        }

        foreach (OwnedTerm owned in cluster.Topology.MatchesOf(workload.Identity).Weighing)
        {
            Add(owned.Domains, owned.Weight, raw);
        }

        long least = long.MaxValue;
        long most = long.MinValue;
        for (int slot = 0; slot < raw.Length; slot++)
        {
            if (verdicts[slot] == 0)
            {
                least = Math.Min(least, raw[slot]);
                most = Math.Max(most, raw[slot]);
            }
        }

        for (int slot = 0; slot < raw.Length; slot++)
        {
            scores[slot] = verdicts[slot] != 0 || most <= least ? 0 : (int)(Scores.Max * (raw[slot] - least) / (most - least));
        }
    }

    private static void Add(DomainTally tally, int weight, long[] raw)
    {
        tally.Refresh();
        ReadOnlySpan<int> domains = tally.DomainOf[..raw.Length];
        ReadOnlySpan<int> counts = tally.Counts;
        for (int slot = 0; slot < raw.Length; slot++)
        {
            if (domains[slot] >= 0)
            {
                raw[slot] += (long)weight * counts[domains[slot]];
            }
        }
    }
}
