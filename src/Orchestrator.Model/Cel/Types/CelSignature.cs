namespace Orchestrator.Model.Cel.Types;

/// <summary>
/// A signature in text: <c>size(list&lt;A&gt;): int</c>, or of a member function <c>string.contains(string): bool</c>. Read once, at start.
/// </summary>
/// <param name="Function">Name of the function, with its namespace: <c>sets.contains</c>.</param>
/// <param name="IsMember">True where the first parameter is the target of the call.</param>
/// <param name="Parameters">Types of the parameters.</param>
/// <param name="Result">Type of the result.</param>
internal sealed record CelSignature(string Function, bool IsMember, IReadOnlyList<CelType> Parameters, CelType Result)
{
    /// <exception cref="FormatException">The text is no signature: a mistake in this code.</exception>
    public static CelSignature Parse(string text)
    {
        int open = OpeningOf(text);
        int close = text.LastIndexOf("): ", StringComparison.Ordinal);
        string head = text[..open];
        List<CelType> parameters = [.. Split(text[(open + 1)..close]).Select(TypeOf)];
        int dot = head.LastIndexOf('.');
        CelType? target = dot > 0 ? TryTypeOf(head[..dot]) : null;
        if (target is not null)
        {
            parameters.Insert(0, target);
        }

        return new CelSignature(target is null ? head : head[(dot + 1)..], target is not null, parameters, TypeOf(text[(close + 3)..]));
    }

    /// <summary>True where a call with arguments of these static types may be meant.</summary>
    public bool Accepts(IReadOnlyList<CelType> arguments, out CelType result)
    {
        var bindings = new Dictionary<string, CelType>(StringComparer.Ordinal);
        bool matches = arguments.Count == Parameters.Count;
        for (int i = 0; matches && i < arguments.Count; i++)
        {
            matches = Match(Parameters[i], arguments[i], bindings);
        }

        result = matches ? Substitute(Result, bindings) : CelType.Dyn;
        return matches;
    }

    private static bool Match(CelType parameter, CelType argument, Dictionary<string, CelType> bindings)
    {
        if (parameter.Kind == CelKind.Parameter)
        {
            if (!bindings.TryGetValue(parameter.Name, out CelType? bound) || bound.Kind is CelKind.Dyn or CelKind.Null)
            {
                bindings[parameter.Name] = argument;
                return true;
            }

            return argument.Kind == CelKind.Null || Match(bound, argument, bindings);
        }

        if (parameter.Kind == CelKind.Dyn || argument.Kind is CelKind.Dyn or CelKind.Parameter)
        {
            return true;
        }

        if (parameter.Kind != argument.Kind || parameter.Parameters.Count != argument.Parameters.Count)
        {
            return false;
        }

        for (int i = 0; i < parameter.Parameters.Count; i++)
        {
            if (!Match(parameter.Parameters[i], argument.Parameters[i], bindings))
            {
                return false;
            }
        }

        return true;
    }

    private static CelType Substitute(CelType type, Dictionary<string, CelType> bindings) =>
        type.Kind == CelKind.Parameter ? bindings.GetValueOrDefault(type.Name, CelType.Dyn)
        : type.Parameters.Count == 0 ? type
        : type with { Parameters = [.. type.Parameters.Select(p => Substitute(p, bindings))] };

    /// <summary>Operators have no bracket in their names, so the first one opens the parameters.</summary>
    private static int OpeningOf(string text) => text.IndexOf('(', StringComparison.Ordinal);

    private static IEnumerable<string> Split(string list)
    {
        int depth = 0;
        int start = 0;
        for (int i = 0; i < list.Length; i++)
        {
            depth += list[i] == '<' ? 1 : list[i] == '>' ? -1 : 0;
            if (list[i] == ',' && depth == 0)
            {
                yield return list[start..i].Trim();
                start = i + 1;
            }
        }

        if (list.Length > 0)
        {
            yield return list[start..].Trim();
        }
    }

    private static CelType TypeOf(string text) => TryTypeOf(text) ?? throw new FormatException($"'{text}' is no type of the Common Expression Language");

    private static CelType? TryTypeOf(string text)
    {
        if (text.EndsWith('>'))
        {
            int open = text.IndexOf('<', StringComparison.Ordinal);
            CelType[] parameters = [.. Split(text[(open + 1)..^1]).Select(TypeOf)];
            return new CelType(Enum.Parse<CelKind>(text[..open], ignoreCase: true), parameters);
        }

        if (text.Length == 1 && char.IsAsciiLetterUpper(text[0]))
        {
            return new CelType(CelKind.Parameter, [], Name: text);
        }

        // "IP" and "Semver" are types, "ip" and "semver" namespaces of functions.
        bool isType = Enum.TryParse(text, ignoreCase: true, out CelKind kind)
            && kind is not (CelKind.List or CelKind.Map or CelKind.Optional or CelKind.Object or CelKind.Parameter)
            && (kind < CelKind.Quantity || char.IsAsciiLetterUpper(text[0]));
        return isType ? CelType.Of(kind) : null;
    }
}
