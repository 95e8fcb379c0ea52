using System.Buffers;
using Orchestrator.Model;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Topology;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Scorers;

/// <summary>
/// How few pods that the preferred topology spread constraints select does the node's domain have? Domains of a key with many values weigh
/// more (by the logarithm), as in Kubernetes' <c>podtopologyspread</c>.
/// </summary>
public sealed class SpreadsSoftly : ITopologyScorer
{
    public string Name => nameof(SpreadsSoftly);

    public int Weight { get; init; } = 2;

    public bool Concerns(ClusterState cluster, Workload workload) => workload.Shape.Terms.HasPreferredSpread;

    public void Score(ClusterState cluster, Workload workload, ReadOnlySpan<byte> verdicts, Span<int> scores)
    {
        double[] rented = ArrayPool<double>.Shared.Rent(verdicts.Length);
        Span<double> raw = rented.AsSpan(0, verdicts.Length);
        raw.Clear();
        IReadOnlyList<SpreadConstraint> spread = workload.Shape.Terms.Spread;
        DomainTally[] tallies = cluster.Topology.TalliesOf(workload.Shape).Spread;
        for (int i = 0; i < spread.Count; i++)
        {
            if (!spread[i].IsRequired)
            {
                tallies[i].Refresh();
                Add(spread[i], tallies[i], verdicts, raw);
            }
        }

        Normalise(verdicts, raw, scores);
        ArrayPool<double>.Shared.Return(rented);
    }

    // A node without the label is no number from then on.
    private static void Add(SpreadConstraint constraint, DomainTally tally, ReadOnlySpan<byte> verdicts, Span<double> raw)
    {
        ReadOnlySpan<int> domains = tally.DomainOf;
        ReadOnlySpan<int> counts = tally.Counts;
        int size = constraint.TopologyKey == WellKnown.HostnameLabel ? verdicts.Count((byte)0) : DomainsAmong(verdicts, tally);
        double weight = Math.Log(size + 2);
        for (int slot = 0; slot < verdicts.Length; slot++)
        {
            if (verdicts[slot] == 0)
            {
                raw[slot] += domains[slot] < 0 ? (constraint.IsSystemDefault ? 0 : double.NaN) : (counts[domains[slot]] * weight) + (constraint.MaxSkew - 1);
            }
        }
    }

    private static int DomainsAmong(ReadOnlySpan<byte> verdicts, DomainTally tally)
    {
        bool[] seen = new bool[tally.Counts.Length];
        int count = 0;
        for (int slot = 0; slot < verdicts.Length; slot++)
        {
            int domain = verdicts[slot] == 0 ? tally.DomainOf[slot] : -1;
            if (domain >= 0 && !seen[domain])
            {
                seen[domain] = true;
                count++;
            }
        }

        return count;
    }

    // Fewest is best; nodes without one of the labels come last.
    private static void Normalise(ReadOnlySpan<byte> verdicts, Span<double> raw, Span<int> scores)
    {
        double most = double.MinValue;
        double least = double.MaxValue;
        for (int slot = 0; slot < verdicts.Length; slot++)
        {
            if (verdicts[slot] == 0)
            {
                // Comparisons with what is no number are false.
                double rounded = raw[slot] = Math.Round(raw[slot]);
                most = rounded > most ? rounded : most;
                least = rounded < least ? rounded : least;
            }
        }

        for (int slot = 0; slot < verdicts.Length; slot++)
        {
            scores[slot] = verdicts[slot] != 0 || double.IsNaN(raw[slot]) ? 0
                : most == 0 ? Scores.Max
                : (int)(Scores.Max * (most + least - raw[slot]) / most);
        }
    }
}
