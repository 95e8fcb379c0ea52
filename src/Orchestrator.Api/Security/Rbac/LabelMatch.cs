using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Security.Rbac;

/// <summary>Label selectors as objects hold them (<c>meta/v1 LabelSelector</c>): matchLabels and matchExpressions, all of which must hold.</summary>
internal static class LabelMatch
{
    public static bool Matches(JsonObject? selector, IReadOnlyDictionary<string, string> labels) =>
        (selector.Child("matchLabels") ?? []).All(l => labels.TryGetValue(l.Key, out var value) && value == l.Value.AsText())
        && selector.Items("matchExpressions").All(e => Matches(e.Item.Text("key") ?? "", e.Item.Text("operator"), [.. e.Item.Texts("values")], labels));

    private static bool Matches(string key, string? operation, string[] values, IReadOnlyDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(key, out var value);
        return operation switch
        {
            "In" => present && values.Contains(value, StringComparer.Ordinal),
            "NotIn" => !present || !values.Contains(value, StringComparer.Ordinal),
            "Exists" => present,
            "DoesNotExist" => !present,
            _ => false,
        };
    }
}
