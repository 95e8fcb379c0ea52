using System.Text;

namespace Orchestrator.Model.Selectors;

/// <param name="Path">Dotted path: <c>spec.nodeName</c>.</param>
/// <param name="Value">Operand; absent fields equal the empty string.</param>
/// <param name="Negated">True for <c>!=</c>.</param>
public sealed record FieldRequirement(string Path, string Value, bool Negated);

/// <summary>Requirements on fields that must all hold; none match everything.</summary>
public sealed class FieldSelector(IReadOnlyList<FieldRequirement> requirements)
{
    public static readonly FieldSelector Everything = new([]);

    public IReadOnlyList<FieldRequirement> Requirements { get; } = requirements;

    public bool IsEverything => Requirements.Count == 0;

    /// <param name="key">Gives metadata.name and metadata.namespace.</param>
    /// <param name="fields">Values of the other selectable fields.</param>
    public bool Matches(ObjectKey key, IReadOnlyDictionary<string, string> fields)
    {
        for (var i = 0; i < Requirements.Count; i++)
        {
            var requirement = Requirements[i];
            var actual = requirement.Path switch
            {
                "metadata.name" => key.Name,
                "metadata.namespace" => key.Namespace,
                _ => fields.TryGetValue(requirement.Path, out var value) ? value : "",
            };
            if (string.Equals(actual, requirement.Value, StringComparison.Ordinal) == requirement.Negated)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The value that a field must have, null where the selector leaves it open.</summary>
    public string? Required(string path) => Requirements.FirstOrDefault(r => !r.Negated && r.Path == path)?.Value;

    /// <summary>Reads the query form: <c>spec.nodeName=a,metadata.name!=b</c>; a backslash escapes <c>,</c>, <c>=</c> and itself.</summary>
    public static bool TryParse(string text, out FieldSelector selector, out string error)
    {
        selector = Everything;
        error = "";
        var requirements = new List<FieldRequirement>();
        foreach (var term in Terms(text))
        {
            var at = term.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
            {
                error = $"invalid selector: '{term}'; can't understand '{term}'";
                return false;
            }

            var negated = term[at - 1] == '!';
            var path = term[..(negated ? at - 1 : at)];
            var value = term.AsSpan(at + 1);
            value = !negated && value.StartsWith("=", StringComparison.Ordinal) ? value[1..] : value;
            requirements.Add(new FieldRequirement(path.Trim(), Unescape(value), negated));
        }

        selector = requirements.Count == 0 ? Everything : new FieldSelector(requirements);
        return true;
    }

    private static IEnumerable<string> Terms(string text)
    {
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '\\')
            {
                i++;
            }
            else if (i == text.Length || text[i] == ',')
            {
                if (i > start)
                {
                    yield return text[start..i];
                }

                start = i + 1;
            }
        }
    }

    private static string Unescape(ReadOnlySpan<char> value)
    {
        if (!value.Contains('\\'))
        {
            return value.ToString();
        }

        var plain = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            plain.Append(value[i] == '\\' && i + 1 < value.Length ? value[++i] : value[i]);
        }

        return plain.ToString();
    }
}
