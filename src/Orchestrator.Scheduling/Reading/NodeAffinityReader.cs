using System.Text.Json;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Reading;

/// <summary>Reads a <c>core/v1 NodeAffinity</c>.</summary>
internal static class NodeAffinityReader
{
    /// <summary>Required terms, null where nothing is required, and preferences.</summary>
    public static (IReadOnlyList<NodeSelectorTerm>? Required, PreferredTerm[] Preferred) Read(JsonElement affinity)
    {
        JsonElement required = affinity.Member("requiredDuringSchedulingIgnoredDuringExecution");
        return (
            required.IsPresent() ? Terms(required) : null,
            [.. affinity.Member("preferredDuringSchedulingIgnoredDuringExecution").Items().Select(Preferred)]);
    }

    /// <summary>Terms of a <c>core/v1 NodeSelector</c>.</summary>
    public static IReadOnlyList<NodeSelectorTerm> Terms(JsonElement selector) => [.. selector.Member("nodeSelectorTerms").Items().Select(Term)];

    private static PreferredTerm Preferred(JsonElement term) =>
        new((int)Math.Clamp(term.Member("weight").Whole(1), 1, 100), Term(term.Member("preference")));

    private static NodeSelectorTerm Term(JsonElement term) => new(
    [
        .. term.Member("matchExpressions").Items().Select(r => Requirement(r, isField: false)),
        .. term.Member("matchFields").Items().Select(r => Requirement(r, isField: true)),
    ]);

    private static NodeRequirement Requirement(JsonElement requirement, bool isField) => new(
        requirement.Member("key").Text(),
        isField,
        requirement.Member("operator").Text(),
        [.. requirement.Member("values").Items().Select(v => v.Text())]);
}
