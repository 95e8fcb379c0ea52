using System.Text.Json;
using Orchestrator.Model.Selectors;

namespace Orchestrator.Scheduling.Reading;

/// <summary>Reads a <c>meta/v1 LabelSelector</c>.</summary>
internal static class LabelSelectorReader
{
    /// <param name="selector">The selector; null is returned where it is absent.</param>
    /// <param name="more">Further requirements.</param>
    public static LabelSelector? Read(JsonElement selector, IEnumerable<LabelRequirement> more)
    {
        if (!selector.IsPresent())
        {
            return null;
        }

        return new LabelSelector(
        [
            .. selector.Member("matchLabels").Members().Select(l => new LabelRequirement(l.Name, LabelOperator.In, [l.Value.Text()])),
            .. selector.Member("matchExpressions").Items().Select(Requirement),
            .. more,
        ]);
    }

    private static LabelRequirement Requirement(JsonElement expression) => new(
        expression.Member("key").Text(),
        expression.Member("operator").Text() switch
        {
            "In" => LabelOperator.In,
            "NotIn" => LabelOperator.NotIn,
            "Exists" => LabelOperator.Exists,
            _ => LabelOperator.DoesNotExist,
        },
        [.. expression.Member("values").Items().Select(v => v.Text())]);
}
