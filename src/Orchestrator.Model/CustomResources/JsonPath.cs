using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.CustomResources;

/// <summary>
/// The JSONPath of printer columns: <c>.spec.replicas</c>, <c>.metadata.labels.a\.b</c>, <c>.list[0]</c>, <c>.list[*].name</c>,
/// <c>['a.b']</c>, <c>.conditions[?(@.type=="Ready")].status</c>. What has more to it is refused by name.
/// </summary>
public sealed class JsonPath
{
    private readonly List<Step> _steps;

    private JsonPath(List<Step> steps) => _steps = steps;

    /// <summary>The path, or null and what is wrong with it.</summary>
    public static JsonPath? TryParse(string text, out string error)
    {
        var steps = new List<Step>();
        var at = text.StartsWith('$') ? 1 : 0;
        error = text.Length == at ? "must not be empty" : "";
        while (at < text.Length && error.Length == 0)
        {
            error = text[at] switch
            {
                '.' => Name(text, ref at, steps),
                '[' => Bracket(text, ref at, steps),
                _ => $"is an invalid JSON path: unexpected '{text[at]}' at position {at}",
            };
        }

        return error.Length == 0 ? new JsonPath(steps) : null;
    }

    /// <summary>Everything that the path leads to.</summary>
    public IEnumerable<JsonNode> Find(JsonObject obj)
    {
        IEnumerable<JsonNode> found = [obj];
        foreach (var step in _steps)
        {
            found = found.SelectMany(node => Follow(node, step));
        }

        return found;
    }

    private static IEnumerable<JsonNode> Follow(JsonNode node, Step step) => (step, node) switch
    {
        ({ Name: { } name }, JsonObject obj) => obj[name] is { } value ? [value] : [],
        ({ Index: { } index }, JsonArray items) => (index < 0 ? items.Count + index : index) is var i && i >= 0 && i < items.Count && items[i] is { } item ? [item] : [],
        ({ Filter: { } filter }, JsonArray items) => items.OfType<JsonNode>().Where(i => filter.Path.Find((i as JsonObject) ?? []).Any(v => (v.AsText() ?? v.ToJsonString()) == filter.Value)),
        ({ IsEach: true }, JsonArray items) => items.OfType<JsonNode>(),
        ({ IsEach: true }, JsonObject obj) => obj.Select(m => m.Value).OfType<JsonNode>(),
        _ => [],
    };

    private static string Name(string text, ref int at, List<Step> steps)
    {
        var name = new StringBuilder();
        for (at++; at < text.Length && text[at] is not ('.' or '['); at++)
        {
            name.Append(text[at] == '\\' && at + 1 < text.Length ? text[++at] : text[at]);
        }

        if (name.Length == 0)
        {
            return at < text.Length && text[at] == '[' ? "" : "is an invalid JSON path: a name is missing after '.'";
        }

        steps.Add(name.Length == 1 && name[0] == '*' ? new Step { IsEach = true } : new Step { Name = name.ToString() });
        return "";
    }

    private static string Bracket(string text, ref int at, List<Step> steps)
    {
        var end = text.AsSpan(at).StartsWith("[?(", StringComparison.Ordinal) ? text.IndexOf(")]", at, StringComparison.Ordinal) + 1 : text.IndexOf(']', at);
        if (end <= at)
        {
            return $"is an invalid JSON path: unterminated array at position {at}";
        }

        var inner = text[(at + 1)..end].Trim();
        at = end + 1;
        if (inner == "*")
        {
            steps.Add(new Step { IsEach = true });
        }
        else if (int.TryParse(inner, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
        {
            steps.Add(new Step { Index = index });
        }
        else if (inner.Length >= 2 && inner[0] is '\'' or '"' && inner[^1] == inner[0])
        {
            steps.Add(new Step { Name = inner[1..^1].Replace("\\.", ".", StringComparison.Ordinal) });
        }
        else if (inner.StartsWith("?(@", StringComparison.Ordinal) && inner.Split("==") is [var left, var right])
        {
            return Filter(left[3..].Trim(), right.TrimEnd(')').Trim(), steps);
        }
        else
        {
            return $"is an invalid JSON path: [{inner}] is not supported";
        }

        return "";
    }

    private static string Filter(string path, string value, List<Step> steps)
    {
        if (TryParse(path, out var error) is not { } inner)
        {
            return error;
        }

        steps.Add(new Step { Filter = (inner, value.Trim('"', '\'')) });
        return "";
    }

    /// <summary>One of its members is set.</summary>
    private sealed record Step
    {
        public string? Name { get; init; }

        public int? Index { get; init; }

        public bool IsEach { get; init; }

        public (JsonPath Path, string Value)? Filter { get; init; }
    }
}
