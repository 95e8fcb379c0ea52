using System.Text.Json.Nodes;

namespace Orchestrator.Model.Selectors;

/// <summary>Selectors of objects in the query form, as columns and <c>Scale.status.selector</c> show them: keys in order, <c>a=b,c in (d,e),!f</c>.</summary>
public static class SelectorText
{
    /// <summary>Of the object form (<c>meta/v1 LabelSelector</c>) or, where it has none of its members, of a map of labels; null for an absent or malformed selector.</summary>
    public static string? Of(JsonObject? selector)
    {
        LabelSelector? read = selector is null || selector.ContainsKey("matchLabels") || selector.ContainsKey("matchExpressions")
            ? SelectorObject.Read(selector)
            : SelectorObject.ReadMap(selector);
        return read is null ? null : string.Join(',', read.Requirements.OrderBy(r => r.Key, StringComparer.Ordinal).Select(Of));
    }

    private static string Of(LabelRequirement requirement) => requirement.Operator switch
    {
        LabelOperator.In when requirement.Values.Count == 1 => $"{requirement.Key}={requirement.Values[0]}",
        LabelOperator.In => $"{requirement.Key} in ({Values(requirement)})",
        LabelOperator.NotIn => $"{requirement.Key} notin ({Values(requirement)})",
        LabelOperator.DoesNotExist => $"!{requirement.Key}",
        LabelOperator.GreaterThan => $"{requirement.Key}>{requirement.Values[0]}",
        LabelOperator.LessThan => $"{requirement.Key}<{requirement.Values[0]}",
        _ => requirement.Key,
    };

    private static string Values(LabelRequirement requirement) => string.Join(',', requirement.Values.Order(StringComparer.Ordinal));
}
