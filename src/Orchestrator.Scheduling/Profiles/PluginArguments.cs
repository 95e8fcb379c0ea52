using Orchestrator.Scheduling.Lookahead;
using Orchestrator.Scheduling.Scorers;

namespace Orchestrator.Scheduling.Profiles;

/// <summary>What <c>pluginConfig</c> says.</summary>
internal sealed record PluginArguments
{
    /// <summary>scoringStrategy of NodeResourcesFit; null for LeastAllocated of CPU and memory.</summary>
    public AllocationStrategy? Strategy { get; init; }

    public int HardPodAffinityWeight { get; init; } = 1;

    /// <summary>Null where nothing is said.</summary>
    public LookaheadOptions? Lookahead { get; init; }

    public required ShapeDefaults Defaults { get; init; }
}
