using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Scorers;

namespace Orchestrator.Scheduling.Placing;

/// <summary>The filters and scorers that decide, in order: a node is counted under the first filter that rejects it.</summary>
public sealed record PlacementProfile(IReadOnlyList<INodeFilter> Filters, IReadOnlyList<INodeScorer> Scorers)
{
    /// <summary>Cheap and permanent obstacles first, so that "Insufficient cpu" is said only of nodes that were otherwise right.</summary>
    public static PlacementProfile Default { get; } = new(
        [new IsSchedulable(), new ToleratesTaints(), new MatchesNodeAffinity(), new ServesRuntime(), new HasFreeHostPorts(), new FitsResources()],
        [new LeastAllocated(), new BalancesResources(), new AvoidsSoftTaints(), new PrefersNodeAffinity()]);

    /// <summary>The bit of a filter in sets of filters, such as <see cref="Placement.RejectedBy"/>.</summary>
    public int BitOf(string filterName)
    {
        for (int i = 0; i < Filters.Count; i++)
        {
            if (Filters[i].Name == filterName)
            {
                return 1 << i;
            }
        }

        throw new ArgumentException($"the profile has no filter {filterName}", nameof(filterName));
    }
}
