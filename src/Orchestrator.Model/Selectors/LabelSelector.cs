using System.Globalization;

namespace Orchestrator.Model.Selectors;

/// <summary>Operators of one requirement on one label.</summary>
public enum LabelOperator
{
    Exists,
    DoesNotExist,

    /// <summary>The value is one of the given; also <c>=</c> and <c>==</c>.</summary>
    In,

    /// <summary>The label is absent or has another value; also <c>!=</c>.</summary>
    NotIn,

    /// <summary>The value is an integer above the given one.</summary>
    GreaterThan,

    LessThan,
}

/// <param name="Key">Label.</param>
/// <param name="Operator">What is asked of it.</param>
/// <param name="Values">Operands; one integer for the comparisons, none for existence.</param>
public sealed record LabelRequirement(string Key, LabelOperator Operator, IReadOnlyList<string> Values)
{
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            LabelOperator.Exists => present,
            LabelOperator.DoesNotExist => !present,
            LabelOperator.In => present && Values.Contains(value, StringComparer.Ordinal),
            LabelOperator.NotIn => !present || !Values.Contains(value, StringComparer.Ordinal),
            LabelOperator.GreaterThan => present && Compare(value!) > 0,
            LabelOperator.LessThan => present && Compare(value!) < 0,
            _ => false,
        };
    }

    /// <summary>Sign of value - operand; 0, which matches neither comparison, where the value is no integer.</summary>
    private int Compare(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)
            ? left.CompareTo(long.Parse(Values[0], CultureInfo.InvariantCulture))
            : 0;
}

/// <summary>Requirements on labels that must all hold; none match everything.</summary>
public sealed class LabelSelector(IReadOnlyList<LabelRequirement> requirements)
{
    public static readonly LabelSelector Everything = new([]);

    public IReadOnlyList<LabelRequirement> Requirements { get; } = requirements;

    public bool IsEverything => Requirements.Count == 0;

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        for (var i = 0; i < Requirements.Count; i++)
        {
            if (!Requirements[i].Matches(labels))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads the query form: <c>a=b,c!=d,e in (f,g),h notin (i),j,!k,l&gt;3</c>.</summary>
    public static bool TryParse(string text, out LabelSelector selector, out string error)
    {
        var requirements = new LabelSelectorParser(text).Parse(out error);
        selector = requirements is null or [] ? Everything : new LabelSelector(requirements);
        return requirements is not null;
    }
}
