using Orchestrator.Scheduling.Cluster;

namespace Orchestrator.Scheduling.Workloads;

/// <summary>One of spec.tolerations. Empty <paramref name="Effect"/> matches all effects; empty <paramref name="Key"/> with Exists matches all taints.</summary>
public readonly record struct Toleration(string Key, string Operator, string Value, string Effect)
{
    public bool Tolerates(Taint taint) =>
        (Effect.Length == 0 || Effect == taint.Effect)
        && (Key.Length == 0 || Key == taint.Key)
        && (Operator == "Exists" || (Key.Length > 0 && Operator is "" or "Equal" && Value == taint.Value));
}

/// <summary>
/// A pod's tolerations against the cluster's interned taints, as a set of the tolerated ids: whether a node's taints are all tolerated is
/// then a few machine words. Taints that the cluster learns later are examined when they are first asked about.
/// </summary>
public sealed class TolerationSet(IReadOnlyList<Toleration> tolerations, Interner<Taint> taints)
{
    private readonly BitSet _tolerated = new();
    private int _examined;

    public bool TolerateAll(BitSet taintIds)
    {
        ArgumentNullException.ThrowIfNull(taintIds);
        Examine();
        return taintIds.IsSubsetOf(_tolerated);
    }

    public bool Tolerates(int taintId)
    {
        Examine();
        return _tolerated.Contains(taintId);
    }

    public bool Tolerates(Taint taint)
    {
        foreach (Toleration toleration in tolerations)
        {
            if (toleration.Tolerates(taint))
            {
                return true;
            }
        }

        return false;
    }

    private void Examine()
    {
        for (; _examined < taints.Count; _examined++)
        {
            if (Tolerates(taints[_examined]))
            {
                _tolerated.Add(_examined);
            }
        }
    }
}
