using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Scorers;

namespace Orchestrator.Scheduling.Placing;

/// <summary>
/// The filters and scorers that decide, in order: a node is counted under the first filter that rejects it. Those that look at one node come
/// before those that look at where pods are in the cluster.
/// </summary>
public sealed record PlacementProfile(
    IReadOnlyList<INodeFilter> Filters,
    IReadOnlyList<ITopologyFilter> TopologyFilters,
    IReadOnlyList<INodeScorer> Scorers,
    IReadOnlyList<ITopologyScorer> TopologyScorers)
{
    /// <summary>Cheap and permanent obstacles first, so that "Insufficient cpu" is said only of nodes that were otherwise right.</summary>
    public static PlacementProfile Default { get; } = new(
        [new IsSchedulable(), new ToleratesTaints(), new MatchesNodeAffinity(), new ReachesVolumes(), new ServesRuntime(), new OffersCapabilities(), new HasFreeHostPorts(), new FitsResources(), new HasDevices(), new HasMachineSlots(), new HasVirtualProcessors()],
        [new SpreadsAcrossTopology(), new MatchesPodAffinity()],
        [new LeastAllocated(), new BalancesResources(), new AvoidsSoftTaints(), new PrefersNodeAffinity(), new HasImages()],
        [new SpreadsSoftly(), new PrefersPodAffinity()]);

    /// <summary>Learns from the pods that come; null where nothing does.</summary>
    public IArrivalLearner? Learner { get; init; }

    /// <summary>Chooses devices; null to take those that fit tightest.</summary>
    public IDeviceChooser? Devices { get; init; }

    public int FilterCount => Filters.Count + TopologyFilters.Count;

    /// <summary>The filter with the number, those of single nodes first.</summary>
    public IFilter FilterAt(int number) => number < Filters.Count ? Filters[number] : TopologyFilters[number - Filters.Count];

    /// <summary>The bit of a filter in sets of filters, such as <see cref="Placement.RejectedBy"/>.</summary>
    public int BitOf(string filterName)
    {
        for (int i = 0; i < FilterCount; i++)
        {
            if (FilterAt(i).Name == filterName)
            {
                return 1 << i;
            }
        }

        throw new ArgumentException($"the profile has no filter {filterName}", nameof(filterName));
    }
}
