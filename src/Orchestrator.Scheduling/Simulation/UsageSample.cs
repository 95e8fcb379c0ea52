using Orchestrator.Scheduling.Cluster;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>What nodes offer and pods request, at one moment.</summary>
public sealed class UsageSample
{
    private readonly Dictionary<string, (long[] Allocatable, long[] Requested, int Pods)> _nodes = new(StringComparer.Ordinal);
    private readonly ResourceCatalog _resources;

    private UsageSample(ClusterState state)
    {
        _resources = state.Resources;
        Columns = state.Resources.Count;
        for (int slot = 0; slot < state.SlotCount; slot++)
        {
            if (state.NameOf(slot) is { } name)
            {
                long[] allocatable = [.. Enumerable.Range(0, Columns).Select(c => state.Allocatable(c, slot))];
                long[] requested = [.. Enumerable.Range(0, Columns).Select(c => state.Requested(c, slot))];
                _nodes.Add(name, (allocatable, requested, state.PodsOf(name).Count));
            }
        }
    }

    /// <summary>Resource columns known at the moment.</summary>
    public int Columns { get; }

    public IReadOnlyCollection<string> NodeNames => _nodes.Keys;

    public static UsageSample Of(SimulatedCluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return new UsageSample(cluster.State);
    }

    public bool HasNode(string name) => _nodes.ContainsKey(name);

    /// <summary>Pods on the node.</summary>
    public int PodsOn(string name) => _nodes.TryGetValue(name, out var node) ? node.Pods : 0;

    /// <summary>Whether any node offers the resource.</summary>
    public bool IsOffered(int column) => column < Columns && _nodes.Values.Any(n => n.Allocatable[column] > 0);

    /// <summary>Of all nodes together.</summary>
    public ResourceUse Total(int column) => column >= Columns
        ? ResourceUse.Of(column, 0, 0)
        : ResourceUse.Of(column, _nodes.Values.Sum(n => n.Allocatable[column]), _nodes.Values.Sum(n => n.Requested[column]));

    /// <summary>Of one node; null where it is not there.</summary>
    public ResourceUse? On(string name, int column)
    {
        if (!_nodes.TryGetValue(name, out var node))
        {
            return null;
        }

        return column < Columns ? ResourceUse.Of(column, node.Allocatable[column], node.Requested[column]) : ResourceUse.Of(column, 0, 0);
    }

    public string NameOf(int column) => _resources.NameOf(column);
}

/// <param name="Allocatable">A quantity: <c>7500m</c>, <c>16Gi</c>.</param>
/// <param name="Requested">A quantity.</param>
/// <param name="Fraction">Requested of allocatable, rounded to 4 digits; 0 where nothing is allocatable.</param>
public sealed record ResourceUse(string Allocatable, string Requested, double Fraction)
{
    internal static ResourceUse Of(int column, long allocatable, long requested) => new(
        ResourceCatalog.Format(column, allocatable),
        ResourceCatalog.Format(column, requested),
        allocatable > 0 ? Math.Round((double)requested / allocatable, 4) : 0);
}
