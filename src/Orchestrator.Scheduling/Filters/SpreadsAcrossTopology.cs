using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Topology;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>
/// Would the pods that a required topology spread constraint selects stay within maxSkew of the domain that has fewest?
/// By <c>podtopologyspread</c> of Kubernetes.
/// </summary>
public sealed class SpreadsAcrossTopology : ITopologyFilter
{
    private const string Skewed = "node(s) didn't match pod topology spread constraints";

    public string Name => nameof(SpreadsAcrossTopology);

    public bool IsHelpedByPreemption => true;

    public bool Concerns(ClusterState cluster, Workload workload) => workload.Shape.Terms.HasRequiredSpread;

    public void Reject(ClusterState cluster, Workload workload, Span<byte> verdicts, byte code)
    {
        foreach ((SpreadConstraint constraint, DomainTally tally) in Constraints(cluster, workload))
        {
            int most = Most(cluster, workload, constraint, tally);
            ReadOnlySpan<int> counts = tally.Counts;
            ReadOnlySpan<int> domains = tally.DomainOf[..verdicts.Length];
            for (int slot = 0; slot < domains.Length; slot++)
            {
                int domain = domains[slot];
                if (verdicts[slot] == 0 && (domain < 0 || counts[domain] > most))
                {
                    verdicts[slot] = code;
                }
            }
        }
    }

    public bool Admits(ClusterState cluster, int slot, Workload workload)
    {
        foreach ((SpreadConstraint constraint, DomainTally tally) in Constraints(cluster, workload))
        {
            int count = tally.At(slot);
            if (count < 0 || count > Most(cluster, workload, constraint, tally))
            {
                return false;
            }
        }

        return true;
    }

    public IEnumerable<string> Reasons(ClusterState cluster, int slot, Workload workload) =>
        [Constraints(cluster, workload).Any(c => c.Tally.At(slot) < 0) ? $"{Skewed} (missing required label)" : Skewed];

    public Remedy RemedyFor(ClusterState cluster, int slot, Workload workload)
    {
        foreach ((SpreadConstraint constraint, DomainTally tally) in Constraints(cluster, workload))
        {
            int count = tally.At(slot);
            if (count < 0)
            {
                return new Remedy($"a label {constraint.TopologyKey}", 1, RemedyScope.Node);
            }

            int over = count - Most(cluster, workload, constraint, tally);
            if (over > 0)
            {
                return new Remedy($"maxSkew {constraint.MaxSkew + over} for {constraint.TopologyKey}", over, RemedyScope.Workload);
            }
        }

        return default;
    }

    // The most pods that a domain may have before this one comes.
    private static int Most(ClusterState cluster, Workload workload, SpreadConstraint constraint, DomainTally tally)
    {
        int least = tally.Present < constraint.MinDomains ? 0 : tally.Least;
        int self = cluster.Topology.Matches(constraint.Selector, workload.Identity) ? 1 : 0;
        return (int)Math.Min((long)constraint.MaxSkew + least - self, int.MaxValue);
    }

    private static IEnumerable<(SpreadConstraint Constraint, DomainTally Tally)> Constraints(ClusterState cluster, Workload workload)
    {
        IReadOnlyList<SpreadConstraint> spread = workload.Shape.Terms.Spread;
        DomainTally[] tallies = cluster.Topology.TalliesOf(workload.Shape).Spread;
        for (int i = 0; i < spread.Count; i++)
        {
            if (spread[i].IsRequired)
            {
                tallies[i].Refresh();
                yield return (spread[i], tallies[i]);
            }
        }
    }
}
