using Orchestrator.Scheduling.Scorers;

namespace Orchestrator.Scheduling.Profiles;

/// <summary>Kubernetes' names of scheduling plugins, and what of them is here.</summary>
internal static class PluginNames
{
    public const string NodeResourcesFit = nameof(NodeResourcesFit);
    public const string BalancedAllocation = "NodeResourcesBalancedAllocation";
    public const string TaintToleration = nameof(TaintToleration);
    public const string NodeAffinity = nameof(NodeAffinity);
    public const string ImageLocality = nameof(ImageLocality);
    public const string PodTopologySpread = nameof(PodTopologySpread);
    public const string InterPodAffinity = nameof(InterPodAffinity);

    /// <summary>Our own: places where it takes the least from what is expected to come.</summary>
    public const string Lookahead = nameof(Lookahead);

    /// <summary>Plugins that score, with their weight where none is given.</summary>
    public static IReadOnlyDictionary<string, int> Scoring { get; } = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        [NodeResourcesFit] = 1,
        [BalancedAllocation] = 1,
        [TaintToleration] = 3,
        [NodeAffinity] = 2,
        [ImageLocality] = 1,
        [PodTopologySpread] = 2,
        [InterPodAffinity] = 2,
    };

    /// <summary>Plugins that do nothing but score, so that they may be disabled altogether.</summary>
    public static bool OnlyScores(string name) => name is BalancedAllocation or ImageLocality;

    /// <summary>Plugins that only filter, or otherwise are part of the scheduler and always at work.</summary>
    public static bool IsBuiltIn(string name) => Scoring.ContainsKey(name)
        || name is "PrioritySort" or "NodeName" or "NodePorts" or "NodeUnschedulable" or "SchedulingGates" or "DefaultPreemption" or "DefaultBinder";

    /// <summary>The scorer of a plugin that looks at nodes by themselves; null for those that compare them.</summary>
    public static INodeScorer? NodeScorer(string name, int weight, AllocationStrategy? strategy) => name switch
    {
        NodeResourcesFit => strategy is null ? new LeastAllocated { Weight = weight } : strategy.Weighing(weight),
        BalancedAllocation => new BalancesResources { Weight = weight },
        TaintToleration => new AvoidsSoftTaints { Weight = weight },
        NodeAffinity => new PrefersNodeAffinity { Weight = weight },
        ImageLocality => new HasImages { Weight = weight },
        _ => null,
    };
}
