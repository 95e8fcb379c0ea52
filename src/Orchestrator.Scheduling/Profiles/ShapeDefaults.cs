using Orchestrator.Model.Selectors;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Profiles;

/// <summary>What a profile adds to the demands of its pods. Compared by reference: shapes are told apart by it.</summary>
/// <param name="key">Tells it apart from that of other profiles: the profile's scheduler name.</param>
public sealed class ShapeDefaults(string key)
{
    public static ShapeDefaults None { get; } = new("");

    public string Key => key;

    /// <summary>Required node affinity of all pods, beside their own; null for none.</summary>
    public IReadOnlyList<NodeSelectorTerm>? AddedAffinity { get; init; }

    public IReadOnlyList<PreferredTerm> AddedPreferences { get; init; } = [];

    /// <summary>For pods that state none of their own.</summary>
    public IReadOnlyList<DefaultSpread> Spread { get; init; } = [];

    /// <summary>Kubernetes' own defaults: hosts apart, zones less so, as a preference.</summary>
    public static IReadOnlyList<DefaultSpread> SystemSpread { get; } =
    [
        new DefaultSpread(3, Model.WellKnown.HostnameLabel, IsRequired: false) { IsSystemDefault = true },
        new DefaultSpread(5, "topology.kubernetes.io/zone", IsRequired: false) { IsSystemDefault = true },
    ];
}

/// <summary>A topology spread constraint that lacks only the selector: whose pods they are says each pod's own company.</summary>
public sealed record DefaultSpread(int MaxSkew, string TopologyKey, bool IsRequired)
{
    /// <summary>Nodes without the label are not put last for it.</summary>
    public bool IsSystemDefault { get; init; }

    public SpreadConstraint For(string ns, LabelSelector company) => new()
    {
        MaxSkew = MaxSkew,
        TopologyKey = TopologyKey,
        IsRequired = IsRequired,
        MinDomains = 1,
        HonorsAffinity = true,
        HonorsTaints = false,
        IsSystemDefault = IsSystemDefault,
        Selector = new PodSelector([new PodSelectorPart([ns], null, company)], true),
    };
}
