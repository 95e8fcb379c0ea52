using System.Globalization;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Selectors;

/// <summary>Recursive descent over the query form of label selectors (apimachinery <c>labels.Parse</c>).</summary>
internal sealed class LabelSelectorParser(string text)
{
    private int _at;

    /// <summary>The requirements, or null and the error.</summary>
    public List<LabelRequirement>? Parse(out string error)
    {
        var requirements = new List<LabelRequirement>();
        error = "";
        SkipSpace();
        while (_at < text.Length)
        {
            if (ParseRequirement(out error) is not { } requirement)
            {
                return null;
            }

            requirements.Add(requirement);
            SkipSpace();
            if (_at == text.Length)
            {
                break;
            }

            if (text[_at++] != ',')
            {
                error = $"found '{text[_at - 1]}', expected: ',' or 'end of string'";
                return null;
            }

            SkipSpace();
            if (_at == text.Length)
            {
                error = "found '', expected: identifier after ','";
                return null;
            }
        }

        return requirements;
    }

    private LabelRequirement? ParseRequirement(out string error)
    {
        if (TryTake("!"))
        {
            SkipSpace();
            return Checked(new LabelRequirement(Word(), LabelOperator.DoesNotExist, []), out error);
        }

        var key = Word();
        SkipSpace();
        if (_at == text.Length || text[_at] == ',')
        {
            return Checked(new LabelRequirement(key, LabelOperator.Exists, []), out error);
        }

        if (Operator() is not { } op)
        {
            error = $"found '{Word()}', expected: in, notin, =, ==, !=, gt, lt";
            return null;
        }

        SkipSpace();
        var values = op.IsSet ? Set(out error) : [Word()];
        if (values is null)
        {
            error = "found '', expected: '(' and values and ')'";
            return null;
        }

        return Checked(new LabelRequirement(key, op.Operator, values), out error);
    }

    private (LabelOperator Operator, bool IsSet)? Operator()
    {
        if (TryTake("==") || TryTake("="))
        {
            return (LabelOperator.In, false);
        }

        if (TryTake("!="))
        {
            return (LabelOperator.NotIn, false);
        }

        if (TryTake(">"))
        {
            return (LabelOperator.GreaterThan, false);
        }

        if (TryTake("<"))
        {
            return (LabelOperator.LessThan, false);
        }

        var start = _at;
        switch (Word())
        {
            case "in":
                return (LabelOperator.In, true);
            case "notin":
                return (LabelOperator.NotIn, true);
            default:
                _at = start;
                return null;
        }
    }

    private List<string>? Set(out string error)
    {
        error = "";
        if (!TryTake("("))
        {
            return null;
        }

        var values = new List<string>();
        do
        {
            SkipSpace();
            values.Add(Word());
            SkipSpace();
        }
        while (TryTake(","));
        return TryTake(")") ? values : null;
    }

    private static LabelRequirement? Checked(LabelRequirement requirement, out string error)
    {
        error = NameRules.QualifiedName(requirement.Key) is { } wrong ? $"key: Invalid value: \"{requirement.Key}\": {wrong}" : "";
        var compares = requirement.Operator is LabelOperator.GreaterThan or LabelOperator.LessThan;
        foreach (var value in requirement.Values)
        {
            if (compares && !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            {
                error = $"values[0]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, the value must be an integer";
            }
            else if (NameRules.LabelValue(value) is { } bad)
            {
                error = $"values[0]: Invalid value: \"{value}\": {bad}";
            }
        }

        return error.Length == 0 ? requirement : null;
    }

    private string Word()
    {
        var start = _at;
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && !"=!,()<>".Contains(text[_at]))
        {
            _at++;
        }

        return text[start.._at];
    }

    private bool TryTake(string token)
    {
        if (!text.AsSpan(_at).StartsWith(token, StringComparison.Ordinal))
        {
            return false;
        }

        _at += token.Length;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }
}
