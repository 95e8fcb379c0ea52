using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Does the node have the labels of spec.nodeSelector, and match one of the terms of the required node affinity?</summary>
public sealed class MatchesNodeAffinity : INodeFilter
{
    public string Name => nameof(MatchesNodeAffinity);

    public bool IsHelpedByPreemption => false;

    public bool Admits(ClusterState cluster, int slot, WorkloadShape shape)
    {
        foreach (int label in shape.NodeSelector)
        {
            if (cluster.LabelsOf(slot).BinarySearch(label) < 0)
            {
                return false;
            }
        }

        return (shape.RequiredAffinity is null || MatchesTerm(cluster, slot, shape.RequiredAffinity))
            && (shape.AddedAffinity is null || MatchesTerm(cluster, slot, shape.AddedAffinity));
    }

    public IEnumerable<string> Reasons(ClusterState cluster, int slot, WorkloadShape shape) =>
        shape.AddedAffinity is { } added && !MatchesTerm(cluster, slot, added)
            ? ["node(s) didn't match scheduler-enforced node affinity"]
            : ["node(s) didn't match Pod's node affinity/selector"];

    public Remedy RemedyFor(ClusterState cluster, int slot, WorkloadShape shape)
    {
        List<string> missing = [];
        foreach (int id in shape.NodeSelector)
        {
            if (cluster.LabelsOf(slot).BinarySearch(id) < 0)
            {
                missing.Add($"{cluster.Labels[id].Key}={cluster.Labels[id].Value}");
            }
        }

        foreach (IReadOnlyList<NodeSelectorTerm>? terms in (ReadOnlySpan<IReadOnlyList<NodeSelectorTerm>?>)[shape.RequiredAffinity, shape.AddedAffinity])
        {
            if (terms is not null && !MatchesTerm(cluster, slot, terms))
            {
                // The term that lacks least of what it asks.
                NodeRequirement[] unmet = [.. terms
                    .Select(t => t.Requirements.Where(r => !r.Matches(cluster, slot)).ToArray())
                    .Where(u => u.Length > 0)
                    .MinBy(u => u.Length) ?? []];
                missing.AddRange(unmet.Select(r => r.ToString()));
            }
        }

        return new Remedy($"labels matching {string.Join(", ", missing)}", missing.Count, RemedyScope.Node);
    }

    private static bool MatchesTerm(ClusterState cluster, int slot, IReadOnlyList<NodeSelectorTerm> terms)
    {
        foreach (NodeSelectorTerm term in terms)
        {
            if (term.Matches(cluster, slot))
            {
                return true;
            }
        }

        return false;
    }
}
