using System.Numerics;
using System.Runtime.InteropServices;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Placing;

/// <summary>
/// What keeps each node from a workload that fits nowhere, and what would help: nodes alike in it make up a class, and only nodes that changed
/// are looked at again. So the next pod of the kind costs a few nodes and classes, however large the cluster is.
/// </summary>
internal sealed class ObstacleTable
{
    private readonly Dictionary<(int Failing, string Reasons, string Change), ObstacleClass> _classes = [];
    private readonly Dictionary<string, int> _reasons = new(StringComparer.Ordinal);
    private ObstacleClass?[] _bySlot = [];

    /// <summary>How many nodes have each reason, of the first filter that rejects them.</summary>
    public IReadOnlyDictionary<string, int> Reasons => _reasons;

    public IReadOnlyCollection<ObstacleClass> Classes => _classes.Values;

    /// <summary>Some node of the class.</summary>
    public int FirstOf(ObstacleClass wanted) => Array.IndexOf(_bySlot, wanted);

    public void Reserve(int slots)
    {
        if (slots > _bySlot.Length)
        {
            Array.Resize(ref _bySlot, (int)BitOperations.RoundUpToPowerOf2((uint)slots));
        }
    }

    /// <summary>Looks at the node again.</summary>
    public void Examine(ClusterState cluster, PlacementProfile profile, Workload workload, int slot)
    {
        ObstacleClass? before = _bySlot[slot];
        ObstacleClass? now = cluster.NameOf(slot) is null ? null : ClassOf(cluster, profile, workload, slot);
        if (before != now)
        {
            Count(before, -1);
            Count(now, 1);
            _bySlot[slot] = now;
        }
    }

    private ObstacleClass? ClassOf(ClusterState cluster, PlacementProfile profile, Workload workload, int slot)
    {
        int failing = 0;
        for (int i = 0; i < profile.FilterCount; i++)
        {
            IFilter filter = profile.FilterAt(i);
            failing |= !filter.Concerns(cluster, slot, workload) || filter.Admits(cluster, slot, workload) ? 0 : 1 << i;
        }

        if (failing == 0)
        {
            return null;
        }

        string[] reasons = [.. profile.FilterAt(BitOperations.TrailingZeroCount(failing)).Reasons(cluster, slot, workload)];
        Remedy remedy = RemedyFor(cluster, profile, workload, slot, failing);
        (int, string, string) key = (failing, string.Join('\n', reasons), remedy.Change);
        ref ObstacleClass? known = ref CollectionsMarshal.GetValueRefOrAddDefault(_classes, key, out _);
        return known ??= new ObstacleClass(key, failing, reasons, remedy);
    }

    // All that would be needed on the node: what each filter that rejects it asks for.
    private static Remedy RemedyFor(ClusterState cluster, PlacementProfile profile, Workload workload, int slot, int failing)
    {
        if (BitOperations.IsPow2(failing))
        {
            return profile.FilterAt(BitOperations.TrailingZeroCount(failing)).RemedyFor(cluster, slot, workload);
        }

        Remedy[] remedies = [.. Enumerable.Range(0, profile.FilterCount)
            .Where(i => (failing & (1 << i)) != 0)
            .Select(i => profile.FilterAt(i).RemedyFor(cluster, slot, workload))];
        RemedyScope scope = remedies.All(r => r.Scope == RemedyScope.Workload) ? RemedyScope.Workload : RemedyScope.Node;
        return new Remedy(string.Join(" and ", remedies.Select(r => r.Change)), remedies.Sum(r => r.Cost), scope);
    }

    private void Count(ObstacleClass? changed, int sign)
    {
        if (changed is null)
        {
            return;
        }

        changed.Count += sign;
        if (changed.Count == 0)
        {
            _classes.Remove(changed.Key);
        }

        foreach (string reason in changed.Reasons)
        {
            ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(_reasons, reason, out _);
            count += sign;
            if (count == 0)
            {
                _reasons.Remove(reason);
            }
        }
    }
}

/// <summary>Nodes that the same filters reject for the same reasons, and which the same change would open.</summary>
/// <param name="key">What it is known by.</param>
/// <param name="failing">Bits of the filters that reject them.</param>
/// <param name="reasons">Of the first of these filters.</param>
/// <param name="remedy">What would help.</param>
internal sealed class ObstacleClass((int Failing, string Reasons, string Change) key, int failing, string[] reasons, Remedy remedy)
{
    public (int Failing, string Reasons, string Change) Key => key;

    public int Failing => failing;

    public string[] Reasons => reasons;

    public Remedy Remedy => remedy;

    public int Count { get; set; }

    /// <summary>Whether its remedy is to be proposed rather than the other's: the cheaper, or the one that opens more nodes.</summary>
    public bool IsEasierThan(ObstacleClass other)
    {
        // By the key at last: in which order nodes were examined must not decide.
        int order = Remedy.Cost.CompareTo(other.Remedy.Cost);
        order = order != 0 ? order : other.Count.CompareTo(Count);
        order = order != 0 ? order : string.CompareOrdinal(key.Change, other.Key.Change);
        return (order != 0 ? order : string.CompareOrdinal(key.Reasons, other.Key.Reasons)) < 0;
    }
}
