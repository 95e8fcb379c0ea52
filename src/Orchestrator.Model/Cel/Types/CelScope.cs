using Orchestrator.Model.Cel.Syntax;

namespace Orchestrator.Model.Cel.Types;

/// <summary>Static types of the variables that can be seen, the innermost first.</summary>
internal sealed record CelScope(string Name, CelType Type, CelScope? Outer)
{
    /// <summary>Types by the names that expressions use for them.</summary>
    private static readonly Dictionary<string, CelType> TypeNames = new(StringComparer.Ordinal)
    {
        ["bool"] = CelType.Bool,
        ["int"] = CelType.Int,
        ["uint"] = CelType.Of(CelKind.Uint),
        ["double"] = CelType.Of(CelKind.Double),
        ["string"] = CelType.String,
        ["bytes"] = CelType.Of(CelKind.Bytes),
        ["list"] = CelType.Of(CelKind.List),
        ["map"] = CelType.Of(CelKind.Map),
        ["null_type"] = CelType.Of(CelKind.Null),
        ["type"] = CelType.Of(CelKind.Type),
        ["optional_type"] = CelType.Of(CelKind.Optional),
        ["google.protobuf.Timestamp"] = CelType.Of(CelKind.Timestamp),
        ["google.protobuf.Duration"] = CelType.Of(CelKind.Duration),
        ["net.IP"] = CelType.Of(CelKind.Ip),
        ["net.CIDR"] = CelType.Of(CelKind.Cidr),
        ["kubernetes.Quantity"] = CelType.Of(CelKind.Quantity),
        ["kubernetes.URL"] = CelType.Of(CelKind.Url),
    };

    public static CelScope? Of(IEnumerable<(string Name, CelType Type)> variables) =>
        variables.Aggregate((CelScope?)null, (outer, v) => new CelScope(v.Name, v.Type, outer));

    /// <summary>Type of a variable; null for none of that name.</summary>
    public static CelType? Find(CelScope? scope, string name)
    {
        for (; scope is not null; scope = scope.Outer)
        {
            if (scope.Name == name)
            {
                return scope.Type;
            }
        }

        return null;
    }

    /// <summary>The type that a chain of names stands for, such as <c>google.protobuf.Timestamp</c>; null where it is none, or is hidden by a variable.</summary>
    public static CelType? TypeNamed(CelScope? scope, CelNode node) =>
        PathOf(node) is { } path && Find(scope, path.Split('.')[0]) is null ? TypeNames.GetValueOrDefault(path) : null;

    /// <summary>The chain of names that a node is; null where it is none.</summary>
    public static string? PathOf(CelNode node) => node switch
    {
        CelVariable variable => variable.Name,
        CelSelect { IsOptional: false } select when PathOf(select.Operand) is { } path => $"{path}.{select.Field}",
        _ => null,
    };
}
