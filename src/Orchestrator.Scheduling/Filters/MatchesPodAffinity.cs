using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Topology;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>
/// Are the pods that required affinity wants in the node's domain, those that required anti-affinity forbids not, and does the pod not break
/// the required anti-affinity of pods that are there? By <c>interpodaffinity</c> of Kubernetes.
/// </summary>
public sealed class MatchesPodAffinity : ITopologyFilter
{
    private enum Fault
    {
        None,
        Affinity,
        AntiAffinity,
        ExistingAntiAffinity,
    }

    public string Name => nameof(MatchesPodAffinity);

    public bool IsHelpedByPreemption => true;

    public bool Concerns(ClusterState cluster, Workload workload) =>
        workload.Shape.Terms.Affinity.Count + workload.Shape.Terms.AntiAffinity.Count > 0 || cluster.Topology.MatchesOf(workload.Identity).Forbidding.Length > 0;

    public void Reject(ClusterState cluster, Workload workload, Span<byte> verdicts, byte code)
    {
        if (!workload.Shape.Terms.IsEmpty)
        {
            ShapeTallies tallies = cluster.Topology.TalliesOf(workload.Shape);
            bool first = IsFirstOfItsKind(cluster, workload, tallies);
            foreach (DomainTally tally in tallies.Affinity)
            {
                Reject(tally, verdicts, code, least: first ? 0 : 1, most: int.MaxValue);
            }

            foreach (DomainTally tally in tallies.AntiAffinity)
            {
                Reject(tally, verdicts, code, least: -1, most: 0);
            }
        }

        foreach (OwnedTerm term in cluster.Topology.MatchesOf(workload.Identity).Forbidding)
        {
            Reject(term.Domains, verdicts, code, least: -1, most: 0);
        }
    }

    public bool Admits(ClusterState cluster, int slot, Workload workload) => FaultOf(cluster, slot, workload) == Fault.None;

    public IEnumerable<string> Reasons(ClusterState cluster, int slot, Workload workload) =>
    [
        FaultOf(cluster, slot, workload) switch
        {
            Fault.Affinity => "node(s) didn't match pod affinity rules",
            Fault.AntiAffinity => "node(s) didn't match pod anti-affinity rules",
            _ => "node(s) didn't satisfy existing pods anti-affinity rules",
        },
    ];

    public Remedy RemedyFor(ClusterState cluster, int slot, Workload workload)
    {
        PodTerms terms = workload.Shape.Terms;
        ShapeTallies? tallies = terms.IsEmpty ? null : cluster.Topology.TalliesOf(workload.Shape);
        switch (FaultOf(cluster, slot, workload))
        {
            case Fault.Affinity:
                AffinityTerm wanted = terms.Affinity[Array.FindIndex(tallies!.Affinity, t => t.At(slot) <= 0)];
                return new Remedy($"a pod with {wanted.Selector} in the same {wanted.TopologyKey}", 1, RemedyScope.Node);
            case Fault.AntiAffinity:
                int i = Array.FindIndex(tallies!.AntiAffinity, t => t.At(slot) > 0);
                AffinityTerm shunned = terms.AntiAffinity[i];
                int there = tallies.AntiAffinity[i].At(slot);
                return new Remedy($"no pod with {shunned.Selector} in the same {shunned.TopologyKey}", there, RemedyScope.Node);
            default:
                OwnedTerm owned = cluster.Topology.MatchesOf(workload.Identity).Forbidding.First(t => t.Domains.At(slot) > 0);
                return new Remedy(
                    $"no pod with anti-affinity to {owned.Term.Selector} in the same {owned.Term.TopologyKey}", owned.Domains.At(slot), RemedyScope.Node);
        }
    }

    // Nodes without the label count as -1: affinity does not admit them, anti-affinity does.
    private static void Reject(DomainTally tally, Span<byte> verdicts, byte code, int least, int most)
    {
        tally.Refresh();
        ReadOnlySpan<int> counts = tally.Counts;
        ReadOnlySpan<int> domains = tally.DomainOf[..verdicts.Length];
        for (int slot = 0; slot < domains.Length; slot++)
        {
            int count = domains[slot] < 0 ? -1 : counts[domains[slot]];
            if (verdicts[slot] == 0 && (count < least || count > most))
            {
                verdicts[slot] = code;
            }
        }
    }

    private static Fault FaultOf(ClusterState cluster, int slot, Workload workload)
    {
        foreach (OwnedTerm term in cluster.Topology.MatchesOf(workload.Identity).Forbidding)
        {
            term.Domains.Refresh();
            if (term.Domains.At(slot) > 0)
            {
                return Fault.ExistingAntiAffinity;
            }
        }

        if (workload.Shape.Terms.IsEmpty)
        {
            return Fault.None;
        }

        ShapeTallies tallies = cluster.Topology.TalliesOf(workload.Shape);
        int least = IsFirstOfItsKind(cluster, workload, tallies) ? 0 : 1;
        foreach (DomainTally tally in tallies.Affinity)
        {
            if (tally.At(slot) < least)
            {
                return Fault.Affinity;
            }
        }

        foreach (DomainTally tally in tallies.AntiAffinity)
        {
            tally.Refresh();
            if (tally.At(slot) > 0)
            {
                return Fault.AntiAffinity;
            }
        }

        return Fault.None;
    }

    // A pod that wants to be with its like may be the first: else a group with affinity to itself could never start.
    private static bool IsFirstOfItsKind(ClusterState cluster, Workload workload, ShapeTallies tallies)
    {
        bool nobody = true;
        foreach (DomainTally tally in tallies.Affinity)
        {
            tally.Refresh();
            nobody &= tally.Sum == 0;
        }

        return nobody && workload.Shape.Terms.Affinity.All(a => cluster.Topology.Matches(a.Selector, workload.Identity));
    }
}
