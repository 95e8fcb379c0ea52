using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Topology;

/// <summary>How many pods of one kind are on each node: those that a selector matches, or those that state a term. Kept up to date pod by pod.</summary>
internal sealed class PodTally(PodSelector selector)
{
    private readonly List<DomainTally> _domains = [];
    private int[] _perSlot = [];

    public PodSelector Selector => selector;

    /// <summary>Pods counted on all nodes.</summary>
    public int Total { get; private set; }

    /// <summary>When it was last asked for, for eviction.</summary>
    public long LastUse { get; set; }

    /// <summary>No longer kept up to date: to be asked for anew.</summary>
    public bool IsDropped { get; set; }

    public int On(int slot) => slot < _perSlot.Length ? _perSlot[slot] : 0;

    public void Add(int slot, int count)
    {
        if (slot >= _perSlot.Length)
        {
            Array.Resize(ref _perSlot, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)slot + 1));
        }

        _perSlot[slot] += count;
        Total += count;
        foreach (DomainTally domains in _domains)
        {
            domains.Add(slot, count);
        }
    }

    public void Clear()
    {
        Array.Clear(_perSlot);
        Total = 0;
        foreach (DomainTally domains in _domains)
        {
            domains.Invalidate();
        }
    }

    /// <summary>The tally summed over the values of a topology label, made if new.</summary>
    public DomainTally By(DomainScope scope, Cluster.ClusterState cluster)
    {
        foreach (DomainTally known in _domains)
        {
            if (known.Scope.Equals(scope))
            {
                return known;
            }
        }

        var made = new DomainTally(this, scope, cluster);
        _domains.Add(made);
        return made;
    }
}
