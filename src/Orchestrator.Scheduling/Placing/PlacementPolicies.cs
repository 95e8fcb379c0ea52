using Orchestrator.Scheduling.Scorers;

namespace Orchestrator.Scheduling.Placing;

/// <summary>Profiles by the names under which users choose them. All have the same filters: a policy decides what is better, never what is allowed.</summary>
public static class PlacementPolicies
{
    /// <summary>Spreads load; the scheduler's own.</summary>
    public const string Balanced = "balanced";

    /// <summary>Fills nodes up, so that others stay empty.</summary>
    public const string MostAllocated = "most-allocated";

    public static IReadOnlyDictionary<string, PlacementProfile> All { get; } = new SortedDictionary<string, PlacementProfile>(StringComparer.Ordinal)
    {
        [Balanced] = PlacementProfile.Default,
        [MostAllocated] = PlacementProfile.Default with
        {
            Scorers = [.. PlacementProfile.Default.Scorers.Select(s => s is LeastAllocated ? new MostAllocated() : s)],
        },
    };
}
