using Orchestrator.Model.Cel.Values;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>Resource quantities (Kubernetes' quantity library).</summary>
internal static class QuantityFunctions
{
    public static IEnumerable<(string, CelFunction)> All =>
    [
        ("quantity(string): Quantity", (a, _) => Quantity.TryParse((string)a[0]!, out Quantity q) ? q : new CelError(Quantity.Invalid)),
        ("isQuantity(string): bool", (a, _) => Quantity.TryParse((string)a[0]!, out Quantity _)),
        ("Quantity.sign(): int", (a, _) => (long)Of(a[0]).Sign),
        ("Quantity.isInteger(): bool", (a, _) => IsInteger(Of(a[0]))),
        ("Quantity.asInteger(): int", (a, _) => IsInteger(Of(a[0])) ? Of(a[0]).Value : new CelError("cannot convert value to integer")),
        ("Quantity.asApproximateFloat(): double", (a, _) => (double)Of(a[0]).Nanos / 1e9),
        ("Quantity.add(Quantity): Quantity", (a, _) => Of(a[0]) + Of(a[1])),
        ("Quantity.add(int): Quantity", (a, _) => Of(a[0]) + Quantity.FromUnits((long)a[1]!)),
        ("Quantity.sub(Quantity): Quantity", (a, _) => Of(a[0]) - Of(a[1])),
        ("Quantity.sub(int): Quantity", (a, _) => Of(a[0]) - Quantity.FromUnits((long)a[1]!)),
        ("Quantity.isLessThan(Quantity): bool", (a, _) => Of(a[0]) < Of(a[1])),
        ("Quantity.isGreaterThan(Quantity): bool", (a, _) => Of(a[0]) > Of(a[1])),
        ("Quantity.compareTo(Quantity): int", (a, _) => (long)Of(a[0]).CompareTo(Of(a[1]))),
    ];

    private static Quantity Of(object? value) => (Quantity)value!;

    private static bool IsInteger(Quantity quantity) => quantity.Nanos % 1_000_000_000 == 0;
}
