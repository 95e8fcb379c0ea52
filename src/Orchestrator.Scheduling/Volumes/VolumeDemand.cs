using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Volumes;

/// <summary>What a pod's claims ask of its node.</summary>
/// <param name="Claims">One for each claim.</param>
/// <param name="Obstacle">Why it can be placed nowhere, in Kubernetes' words; null where nothing is in the way.</param>
public sealed record VolumeDemand(IReadOnlyList<ClaimDemand> Claims, string? Obstacle)
{
    public static VolumeDemand None { get; } = new([], null);

    /// <summary>The same for pods whose claims ask the same.</summary>
    public string Key => $"{Obstacle}\n{string.Join('\n', Claims.Select(c => c.Key))}";
}

/// <summary>What one claim asks.</summary>
/// <param name="Claim"><c>NAMESPACE/NAME</c>.</param>
/// <param name="Reach">One of the terms must match; null for any node.</param>
/// <param name="IsBound">Whether its volume is there already; otherwise it is chosen, or made, with the node.</param>
public sealed record ClaimDemand(string Claim, IReadOnlyList<NodeSelectorTerm>? Reach, bool IsBound)
{
    // An unbound claim is chosen for by its name, a bound one by where its volume is alone.
    internal string Key => $"{(IsBound ? "" : Claim)} {(Reach is null ? "*" : string.Join('|', Reach.Select(t => string.Join('&', t.Requirements))))}";

    public bool Admits(ClusterState cluster, int slot) => Reach is null || Reach.Any(t => t.Matches(cluster, slot));
}
