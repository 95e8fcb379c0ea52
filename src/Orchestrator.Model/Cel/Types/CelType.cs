namespace Orchestrator.Model.Cel.Types;

/// <summary>A type.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Parameters">Of a list its element, of a map its key and value, of an optional its value.</param>
/// <param name="Shape">Of an object: its fields.</param>
/// <param name="Name">Of a parameter: its letter.</param>
internal sealed record CelType(CelKind Kind, IReadOnlyList<CelType> Parameters, CelShape? Shape = null, string Name = "")
{
    public static readonly CelType Dyn = Of(CelKind.Dyn);
    public static readonly CelType Bool = Of(CelKind.Bool);
    public static readonly CelType Int = Of(CelKind.Int);
    public static readonly CelType String = Of(CelKind.String);

    public static CelType Of(CelKind kind) => new(kind, []);

    public static CelType ListOf(CelType item) => new(CelKind.List, [item]);

    public static CelType MapOf(CelType key, CelType value) => new(CelKind.Map, [key, value]);

    public static CelType OptionalOf(CelType value) => new(CelKind.Optional, [value]);

    /// <summary>The type of values of either: one of them where they are the same, else known only when evaluated.</summary>
    public static CelType Join(CelType left, CelType right)
    {
        if (left.Kind != right.Kind || left.Parameters.Count != right.Parameters.Count || !ReferenceEquals(left.Shape, right.Shape))
        {
            return Dyn;
        }

        return left.Parameters.Count == 0 ? left : left with { Parameters = [.. left.Parameters.Zip(right.Parameters, Join)] };
    }

    /// <summary>As the language writes it: <c>list(int)</c>.</summary>
    public override string ToString() => Kind switch
    {
        CelKind.Parameter => Name,
        CelKind.Null => "null",
        CelKind.Timestamp => "google.protobuf.Timestamp",
        CelKind.Duration => "google.protobuf.Duration",
        CelKind.Optional => $"optional_type({Parameters[0]})",
        CelKind.Object => "object",
        CelKind.Quantity => "kubernetes.Quantity",
        CelKind.Url => "kubernetes.URL",
        CelKind.Ip => "net.IP",
        CelKind.Cidr => "net.CIDR",
        CelKind.Semver => "kubernetes.Semver",
        _ when Parameters.Count > 0 => $"{Kind.ToString().ToLowerInvariant()}({string.Join(", ", Parameters)})",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
