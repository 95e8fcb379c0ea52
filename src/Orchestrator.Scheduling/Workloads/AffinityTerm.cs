using Orchestrator.Scheduling.Topology;

namespace Orchestrator.Scheduling.Workloads;

/// <summary>A term of pod affinity or anti-affinity: to be together with, or apart from, the selected pods within one value of the topology label.</summary>
public sealed record AffinityTerm(PodSelector Selector, string TopologyKey);

/// <param name="Weight">1 to 100 for affinity, -1 to -100 for anti-affinity.</param>
/// <param name="Term">What is preferred.</param>
public sealed record PreferredAffinityTerm(int Weight, AffinityTerm Term);

/// <summary>One of spec.topologySpreadConstraints.</summary>
public sealed record SpreadConstraint
{
    public required int MaxSkew { get; init; }

    public required string TopologyKey { get; init; }

    /// <summary>DoNotSchedule; else ScheduleAnyway, a preference.</summary>
    public required bool IsRequired { get; init; }

    /// <summary>With fewer domains than these the least count is taken as 0.</summary>
    public required int MinDomains { get; init; }

    /// <summary>Only nodes that the pod's node selector and affinity admit are counted.</summary>
    public required bool HonorsAffinity { get; init; }

    /// <summary>Only nodes whose taints the pod tolerates are counted.</summary>
    public required bool HonorsTaints { get; init; }

    public required PodSelector Selector { get; init; }

    /// <summary>One of Kubernetes' own defaults: a node without the label is not put last for it.</summary>
    public bool IsSystemDefault { get; init; }
}

/// <summary>Terms between pods that a shape states, and the tallies that they are decided by.</summary>
public sealed class PodTerms
{
    public static readonly PodTerms None = new();

    /// <summary>Required affinity; a pod counts only where it matches all of these.</summary>
    public IReadOnlyList<AffinityTerm> Affinity { get; init; } = [];

    public IReadOnlyList<AffinityTerm> AntiAffinity { get; init; } = [];

    public IReadOnlyList<PreferredAffinityTerm> Preferred { get; init; } = [];

    public IReadOnlyList<SpreadConstraint> Spread { get; init; } = [];

    public bool HasAffinity => Affinity.Count + AntiAffinity.Count + Preferred.Count > 0;

    public bool HasRequiredSpread { get; private init; }

    public bool HasPreferredSpread { get; private init; }

    public bool IsEmpty => !HasAffinity && Spread.Count == 0;

    /// <summary>Made when first needed; belongs to the shape's cluster.</summary>
    internal ShapeTallies? Tallies { get; set; }

    /// <summary>The same terms as others are concerned by them; made when first a pod of the shape is placed.</summary>
    internal OwnedTerm[]? Owned { get; set; }

    public static PodTerms Of(
        IReadOnlyList<AffinityTerm> affinity,
        IReadOnlyList<AffinityTerm> antiAffinity,
        IReadOnlyList<PreferredAffinityTerm> preferred,
        IReadOnlyList<SpreadConstraint> spread) => new()
        {
            Affinity = affinity,
            AntiAffinity = antiAffinity,
            Preferred = preferred,
            Spread = spread,
            HasRequiredSpread = spread.Any(s => s.IsRequired),
            HasPreferredSpread = spread.Any(s => !s.IsRequired),
        };
}
