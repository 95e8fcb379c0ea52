using System.Numerics.Tensors;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Topology;

/// <summary>Which nodes are summed, and by what.</summary>
/// <param name="Key">The label whose values are the domains.</param>
/// <param name="AlsoRequired">Further labels that a node needs to be counted, joined by line breaks.</param>
/// <param name="AffinityOf">Only nodes that this shape's node selector and affinity admit; null for all.</param>
/// <param name="TaintsOf">Only nodes whose taints this shape tolerates; null for all.</param>
internal readonly record struct DomainScope(string Key, string AlsoRequired = "", WorkloadShape? AffinityOf = null, WorkloadShape? TaintsOf = null)
{
    private static readonly MatchesNodeAffinity Affinity = new();
    private static readonly ToleratesTaints Taints = new();
    private static readonly IsSchedulable Cordon = new();

    public bool Counts(ClusterState cluster, int slot) =>
        (AlsoRequired.Length == 0 || AlsoRequired.Split('\n').All(key => cluster.LabelOf(slot, key) >= 0))
        && (AffinityOf is null || Affinity.Admits(cluster, slot, AffinityOf))
        && (TaintsOf is null || (Taints.Admits(cluster, slot, TaintsOf) && Cordon.Admits(cluster, slot, TaintsOf)));
}

/// <summary>A tally of pods, summed by the values of a node label. Follows the pods one by one; is made again when nodes change.</summary>
internal sealed class DomainTally(PodTally source, DomainScope scope, ClusterState cluster)
{
    private int[] _domainOf = [];
    private int[] _countedIn = [];
    private int[] _counts = [];
    private long _nodesVersion = -1;

    public DomainScope Scope => scope;

    /// <summary>Domains with at least one node that counts: the first so many of <see cref="Counts"/>.</summary>
    public int Present { get; private set; }

    /// <summary>Per slot its domain, or -1 for nodes without the label. Valid after <see cref="Refresh"/>.</summary>
    public ReadOnlySpan<int> DomainOf => _domainOf;

    /// <summary>Per domain the pods counted.</summary>
    public ReadOnlySpan<int> Counts => _counts;

    /// <summary>Pods counted in the node's domain; -1 for a node without the label.</summary>
    public int At(int slot) => _domainOf[slot] < 0 ? -1 : _counts[_domainOf[slot]];

    /// <summary>The least count of a domain; 0 where there is none.</summary>
    public int Least => Present == 0 ? 0 : TensorPrimitives.Min<int>(_counts.AsSpan(0, Present));

    /// <summary>Pods counted in all domains.</summary>
    public int Sum { get; private set; }

    public void Add(int slot, int count)
    {
        if (_nodesVersion == cluster.NodesVersion && slot < _countedIn.Length && _countedIn[slot] >= 0)
        {
            _counts[_countedIn[slot]] += count;
            Sum += count;
        }
    }

    public void Invalidate() => _nodesVersion = -1;

    public void Refresh()
    {
        if (_nodesVersion != cluster.NodesVersion)
        {
            Rebuild();
            _nodesVersion = cluster.NodesVersion;
        }
    }

    private void Rebuild()
    {
        int slots = cluster.SlotCount;
        if (_domainOf.Length < slots)
        {
            int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)slots);
            _domainOf = new int[size];
            _countedIn = new int[size];
        }

        _domainOf.AsSpan().Fill(-1);
        _countedIn.AsSpan().Fill(-1);
        var domains = new Dictionary<int, int>();

        // Those that count come first, so that the least of them is the minimum of a span.
        for (int pass = 0; pass < 2; pass++)
        {
            for (int slot = 0; slot < slots; slot++)
            {
                int label = cluster.NameOf(slot) is null ? -1 : cluster.LabelOf(slot, scope.Key);
                if (label < 0 || (pass == 1 && _domainOf[slot] >= 0) || (pass == 0 && !scope.Counts(cluster, slot)))
                {
                    continue;
                }

                if (!domains.TryGetValue(label, out int domain))
                {
                    domains.Add(label, domain = domains.Count);
                }

                _domainOf[slot] = domain;
                _countedIn[slot] = pass == 0 ? domain : -1;
            }

            Present = pass == 0 ? domains.Count : Present;
        }

        _counts = new int[domains.Count];
        Sum = 0;
        for (int slot = 0; slot < slots; slot++)
        {
            if (_countedIn[slot] >= 0)
            {
                _counts[_countedIn[slot]] += source.On(slot);
                Sum += source.On(slot);
            }
        }
    }
}
