using Orchestrator.Scheduling.Explanations;

namespace Orchestrator.Scheduling.Placing;

/// <summary>What is said of one node for one workload.</summary>
/// <param name="Filters">The answers of all filters, in order.</param>
/// <param name="Score">For a node that all of them admit.</param>
/// <param name="Rank">For a node that all of them admit: its place among those, from 1.</param>
/// <param name="NodesEligible">Nodes that all filters admit.</param>
public sealed record NodeReport(IReadOnlyList<FilterAnswer> Filters, NodeScore? Score, int? Rank, int NodesEligible)
{
    public bool Fits => Score is not null;
}
