using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>Optional values.</summary>
internal static class OptionalFunctions
{
    public static IEnumerable<(string, CelFunction)> All =>
    [
        ("optional.none(): optional<dyn>", (_, _) => CelOptional.None),
        ("optional.of(A): optional<A>", (a, _) => CelOptional.Of(a[0])),
        ("optional.ofNonZeroValue(A): optional<A>", (a, _) => IsZero(a[0]) ? CelOptional.None : CelOptional.Of(a[0])),
        ("optional<A>.hasValue(): bool", (a, _) => ((CelOptional)a[0]!).HasValue),
        ("optional<A>.value(): A", (a, _) => ((CelOptional)a[0]!) is { HasValue: true } o ? o.Value : new CelError("optional.none() dereference")),
        ("optional<A>.or(optional<A>): optional<A>", (a, _) => ((CelOptional)a[0]!).HasValue ? a[0] : a[1]),
        ("optional<A>.orValue(A): A", (a, _) => ((CelOptional)a[0]!) is { HasValue: true } o ? o.Value : a[1]),
    ];

    private static bool IsZero(object? value) => value switch
    {
        null or false or 0L or 0UL or 0.0 or "" => true,
        CelList list => list.Count == 0,
        CelMap map => map.Count == 0,
        CelBytes bytes => bytes.Length == 0,
        TimeSpan duration => duration == TimeSpan.Zero,
        _ => false,
    };
}
