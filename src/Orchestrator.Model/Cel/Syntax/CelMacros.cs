namespace Orchestrator.Model.Cel.Syntax;

/// <summary>What looks like a call and is none: macros (cel-spec, "Macros", and the extensions for bindings, optionals and two variables).</summary>
internal static class CelMacros
{
    public static CelNode Has(CelParser parser, List<CelNode> arguments, int position) =>
        arguments is [CelSelect { IsOptional: false } select]
            ? parser.Made(new CelHas(select.Operand, select.Field, position), select.Operand)
            : parser.Fail(position, "invalid argument to has() macro");

    /// <summary>The node of a macro; null where the name and the number of arguments are not those of one.</summary>
    public static CelNode? Expand(CelParser parser, CelNode target, string name, List<CelNode> arguments, int position)
    {
        if (name == "bind" && target is CelVariable { Name: "cel" } && arguments.Count == 3)
        {
            return Variable(parser, arguments[0]) is { } bound
                ? parser.Made(new CelBind(bound, arguments[1], arguments[2], position), arguments[1], arguments[2])
                : parser.Fail(position, "cel.bind() variable names must be simple identifiers");
        }

        if (name is "optMap" or "optFlatMap" && arguments.Count == 2)
        {
            return Variable(parser, arguments[0]) is { } item
                ? parser.Made(new CelOptionalMap(target, item, arguments[1], name == "optFlatMap", position), target, arguments[1])
                : parser.Fail(position, $"{name}() variable name must be a simple identifier");
        }

        return Loop(name, arguments.Count) is { } loop ? Comprehension(parser, loop, target, arguments, position) : null;
    }

    private static (CelLoop Loop, int Variables, bool HasCondition)? Loop(string name, int arguments) => (name, arguments) switch
    {
        ("all", 2) => (CelLoop.All, 1, false),
        ("all", 3) => (CelLoop.All, 2, false),
        ("exists", 2) => (CelLoop.Exists, 1, false),
        ("exists", 3) => (CelLoop.Exists, 2, false),
        ("exists_one" or "existsOne", 2) => (CelLoop.ExistsOne, 1, false),
        ("exists_one" or "existsOne", 3) => (CelLoop.ExistsOne, 2, false),
        ("filter", 2) => (CelLoop.Filter, 1, false),
        ("map", 2) => (CelLoop.List, 1, false),
        ("map", 3) => (CelLoop.List, 1, true),
        ("transformList", 3) => (CelLoop.List, 2, false),
        ("transformList", 4) => (CelLoop.List, 2, true),
        ("transformMap", 3) => (CelLoop.Map, 2, false),
        ("transformMap", 4) => (CelLoop.Map, 2, true),
        _ => null,
    };

    private static CelNode Comprehension(
        CelParser parser, (CelLoop Loop, int Variables, bool HasCondition) macro, CelNode range, List<CelNode> arguments, int position)
    {
        string? first = Variable(parser, arguments[0]);
        string? second = macro.Variables == 2 ? Variable(parser, arguments[1]) : null;
        if (first is null || (macro.Variables == 2 && second is null) || first == second)
        {
            return parser.Fail(position, "argument must be a simple name");
        }

        CelNode? condition = macro.HasCondition ? arguments[^2] : null;
        return parser.Made(new CelComprehension(macro.Loop, range, first, second, condition, arguments[^1], position), range, condition, arguments[^1]);
    }

    private static string? Variable(CelParser parser, CelNode node) => parser.Fault is null && node is CelVariable variable ? variable.Name : null;
}
