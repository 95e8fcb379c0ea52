using System.Numerics;
using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>Arithmetic: what does not fit its type is an error, never wrapped around.</summary>
internal static class ArithmeticFunctions
{
    private static readonly CelError DivisionByZero = new("division by zero");
    private static readonly CelError ModulusByZero = new("modulus by zero");

    public static IEnumerable<(string, CelFunction)> All =>
    [
        ("_+_(int, int): int", (a, _) => Fit<long>((Int128)(long)a[0]! + (long)a[1]!)),
        ("_+_(uint, uint): uint", (a, _) => Fit<ulong>((Int128)(ulong)a[0]! + (ulong)a[1]!)),
        ("_+_(double, double): double", (a, _) => (double)a[0]! + (double)a[1]!),
        ("_-_(int, int): int", (a, _) => Fit<long>((Int128)(long)a[0]! - (long)a[1]!)),
        ("_-_(uint, uint): uint", (a, _) => Fit<ulong>((Int128)(ulong)a[0]! - (ulong)a[1]!)),
        ("_-_(double, double): double", (a, _) => (double)a[0]! - (double)a[1]!),
        ("_*_(int, int): int", (a, _) => Fit<long>((Int128)(long)a[0]! * (long)a[1]!)),
        ("_*_(uint, uint): uint", (a, _) => FitProduct((ulong)a[0]!, (ulong)a[1]!)),
        ("_*_(double, double): double", (a, _) => (double)a[0]! * (double)a[1]!),
        ("_/_(int, int): int", (a, _) => (long)a[1]! == 0 ? DivisionByZero : Fit<long>((Int128)(long)a[0]! / (long)a[1]!)),
        ("_/_(uint, uint): uint", (a, _) => (ulong)a[1]! == 0 ? DivisionByZero : (ulong)a[0]! / (ulong)a[1]!),
        ("_/_(double, double): double", (a, _) => (double)a[0]! / (double)a[1]!),
        ("_%_(int, int): int", (a, _) => (long)a[1]! == 0 ? ModulusByZero : Fit<long>((Int128)(long)a[0]! % (long)a[1]!)),
        ("_%_(uint, uint): uint", (a, _) => (ulong)a[1]! == 0 ? ModulusByZero : (ulong)a[0]! % (ulong)a[1]!),
        ("-_(int): int", (a, _) => Fit<long>(-(Int128)(long)a[0]!)),
        ("-_(double): double", (a, _) => -(double)a[0]!),
        ("!_(bool): bool", (a, _) => !(bool)a[0]!),
    ];

    /// <summary>The sum of two numbers of one type, or durations.</summary>
    public static object? Add(object? left, object? right) => (left, right) switch
    {
        (long l, long r) => Fit<long>((Int128)l + r),
        (ulong l, ulong r) => Fit<ulong>((Int128)l + r),
        (double l, double r) => l + r,
        (TimeSpan l, TimeSpan r) => TimeFunctions.FitDuration((Int128)l.Ticks + r.Ticks),
        _ => CelError.NoOverload,
    };

    public static object Fit<T>(Int128 number)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> =>
        number >= Int128.CreateChecked(T.MinValue) && number <= Int128.CreateChecked(T.MaxValue)
            ? T.CreateChecked(number)
            : new CelError(typeof(T) == typeof(long) ? "integer overflow" : "unsigned integer overflow");

    private static object FitProduct(ulong left, ulong right) =>
        Math.BigMul(left, right, out ulong low) == 0 ? low : new CelError("unsigned integer overflow");
}
