using System.Buffers;
using System.Runtime.InteropServices;
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

    public int Weight { get; init; } = 2;

    /// <summary>Weight of the required affinity of pods that are there, for those that come: hardPodAffinityWeight.</summary>
    public int HardAffinityWeight { get; init; } = 1;

    public bool Concerns(ClusterState cluster, Workload workload) =>
        workload.Shape.Terms.Preferred.Count > 0 || cluster.Topology.MatchesOf(workload.Identity).Weighing.Length > 0;

    public void Score(ClusterState cluster, Workload workload, ReadOnlySpan<byte> verdicts, Span<int> scores)
    {
        IReadOnlyList<PreferredAffinityTerm> preferred = workload.Shape.Terms.Preferred;
        DomainTally[] tallies = preferred.Count == 0 ? [] : cluster.Topology.TalliesOf(workload.Shape).Preferred;
        OwnedTerm[] weighing = cluster.Topology.MatchesOf(workload.Identity).Weighing;
        if (tallies.Length + weighing.Length == 1)
        {
            ScoreByDomain(
                tallies.Length == 1 ? tallies[0] : weighing[0].Domains, tallies.Length == 1 ? preferred[0].Weight : weighing[0].Weight, verdicts, scores);
            return;
        }

        double[] rented = ArrayPool<double>.Shared.Rent(verdicts.Length);
        Span<double> raw = rented.AsSpan(0, verdicts.Length);
        raw.Clear();
        for (int i = 0; i < tallies.Length; i++)
        {
            Add(tallies[i], preferred[i].Weight, raw);
        }

        foreach (OwnedTerm owned in weighing)
        {
            Add(owned.Domains, owned.IsHard ? HardAffinityWeight : owned.Weight, raw);
        }

        Range range = Range.Empty;
        for (int slot = 0; slot < verdicts.Length; slot++)
        {
            range = verdicts[slot] == 0 ? range.With(raw[slot]) : range;
        }

        for (int slot = 0; slot < verdicts.Length; slot++)
        {
            scores[slot] = verdicts[slot] == 0 ? range.Score(raw[slot]) : 0;
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    // With one term all nodes of a domain score alike: the domains are scored, which are far fewer than nodes, or at most as many.
    private static void ScoreByDomain(DomainTally tally, int weight, ReadOnlySpan<byte> verdicts, Span<int> scores)
    {
        tally.Refresh();
        ReadOnlySpan<int> counts = tally.Counts;
        ReadOnlySpan<int> domains = tally.DomainOf[..verdicts.Length];
        int[] rented = ArrayPool<int>.Shared.Rent(counts.Length + 1);

        // At 0 are the nodes without the label, which have none of these pods.
        Span<int> scoreOf = rented.AsSpan(0, counts.Length + 1);
        scoreOf.Clear();
        for (int slot = 0; slot < domains.Length; slot++)
        {
            scoreOf[domains[slot] + 1] |= verdicts[slot] == 0 ? 1 : 0;
        }

        Range range = Range.Empty;
        for (int i = 0; i < scoreOf.Length; i++)
        {
            range = scoreOf[i] == 0 ? range : range.With(i == 0 ? 0 : (double)weight * counts[i - 1]);
        }

        for (int i = 0; i < scoreOf.Length; i++)
        {
            scoreOf[i] = scoreOf[i] == 0 ? 0 : range.Score(i == 0 ? 0 : (double)weight * counts[i - 1]);
        }

        for (int slot = 0; slot < domains.Length; slot++)
        {
            scores[slot] = verdicts[slot] == 0 ? scoreOf[domains[slot] + 1] : 0;
        }

        ArrayPool<int>.Shared.Return(rented);
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

    /// <summary>From the least to the most. Whole numbers, though of a type that divides fast: exact up to 2^53, which weights of 100 do not reach.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Range(double Least, double Most)
    {
        public static Range Empty => new(double.MaxValue, double.MinValue);

        public Range With(double value) => new(value < Least ? value : Least, value > Most ? value : Most);

        public int Score(double value) => Most <= Least ? 0 : (int)(Scores.Max * (value - Least) / (Most - Least));
    }
}
