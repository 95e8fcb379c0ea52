using Orchestrator.Scheduling.Topology;

namespace Orchestrator.Scheduling.Workloads;

/// <summary>
/// What selectors of pods look at: namespace, labels, and whether the pod is being deleted. Shared by all pods alike in it, so that which
/// selectors match is found out once for all of them. Compared by reference.
/// </summary>
public sealed class PodIdentity(string ns, IReadOnlyDictionary<string, string> labels, bool isTerminating)
{
    public string Namespace => ns;

    public IReadOnlyDictionary<string, string> Labels => labels;

    public bool IsTerminating => isTerminating;

    /// <summary>What was found to match it, and when.</summary>
    internal IdentityMatches? Matches { get; set; }
}

/// <summary>A pod as placement sees it: what it asks of nodes, and what it is to the selectors of other pods.</summary>
public readonly record struct Workload(WorkloadShape Shape, PodIdentity Identity);
