using System.Buffers;
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
        double[] rented = ArrayPool<double>.Shared.Rent(verdicts.Length);
        Span<double> raw = rented.AsSpan(0, verdicts.Length);
        raw.Clear();
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

        Normalise(verdicts, raw, scores);
        ArrayPool<double>.Shared.Return(rented);
    }

    // Whole numbers, though of a type that divides fast: exact up to 2^53, which weights of 100 do not reach.
    private static void Normalise(ReadOnlySpan<byte> verdicts, ReadOnlySpan<double> raw, Span<int> scores)
    {
        double least = double.MaxValue;
        double most = double.MinValue;
        for (int slot = 0; slot < verdicts.Length; slot++)
        {
            if (verdicts[slot] == 0)
            {
                least = raw[slot] < least ? raw[slot] : least;
                most = raw[slot] > most ? raw[slot] : most;
            }
        }

        if (most <= least)
        {
            scores.Clear();
            return;
        }

        for (int slot = 0; slot < verdicts.Length; slot++)
        {
            scores[slot] = verdicts[slot] != 0 ? 0 : (int)(Scores.Max * (raw[slot] - least) / (most - least));
        }
    }

    private static void Add(DomainTally tally, int weight, Span<double> raw)
    {
        tally.Refresh();
        ReadOnlySpan<int> domains = tally.DomainOf[..raw.Length];
        ReadOnlySpan<int> counts = tally.Counts;
        for (int slot = 0; slot < raw.Length; slot++)
        {
            if (domains[slot] >= 0)
            {
                raw[slot] += (double)weight * counts[domains[slot]];
            }
        }
    }
}
