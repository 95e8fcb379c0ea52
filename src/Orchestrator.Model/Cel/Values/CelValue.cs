using System.Net;
using System.Text.RegularExpressions;
using Orchestrator.Model.Cel.Types;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Model.Cel.Values;

/// <summary>What all values have: a kind, equality, order.</summary>
internal static class CelValue
{
    public static CelKind KindOf(object? value) => value switch
    {
        null => CelKind.Null,
        bool => CelKind.Bool,
        long => CelKind.Int,
        ulong => CelKind.Uint,
        double => CelKind.Double,
        string or Regex => CelKind.String,
        CelList => CelKind.List,
        CelMap => CelKind.Map,
        CelBytes => CelKind.Bytes,
        DateTimeOffset => CelKind.Timestamp,
        TimeSpan => CelKind.Duration,
        CelOptional => CelKind.Optional,
        CelType => CelKind.Type,
        Quantity => CelKind.Quantity,
        Uri => CelKind.Url,
        IPAddress => CelKind.Ip,
        CelNetwork => CelKind.Cidr,
        CelSemver => CelKind.Semver,
        _ => CelKind.Dyn,
    };

    /// <summary>Equality across numeric types, deep in lists and maps; values of different types are not equal. Pays for what it looks at.</summary>
    public static bool Same(object? left, object? right, CelBudget budget)
    {
        if (!budget.Spend(1))
        {
            return false;
        }

        switch (left, right)
        {
            case (null, null):
                return true;
            case (null, _) or (_, null):
                return false;
            case (string l, string r):
                return budget.SpendText(Math.Min(l.Length, r.Length)) && string.Equals(l, r, StringComparison.Ordinal);
            case (CelBytes l, CelBytes r):
                return budget.SpendText(Math.Min(l.Length, r.Length)) && l.Content.SequenceEqual(r.Content);
            case (CelList l, CelList r):
                return l.Count == r.Count && CelListEquality.Same(l, r, budget);
            case (CelMap l, CelMap r):
                return l.Count == r.Count && SameEntries(l, r, budget);
            case (CelOptional l, CelOptional r):
                return l.HasValue == r.HasValue && (!l.HasValue || Same(l.Value, r.Value, budget));
            case (Quantity l, Quantity r):
                return l.CompareTo(r) == 0;
            case (CelType l, CelType r):
                return l.Kind == r.Kind;
            default:
                return IsNumber(left) && IsNumber(right) ? CompareNumbers(left, right) == 0 : left.Equals(right);
        }
    }

    /// <summary>Less than 0, 0, more than 0; null where the values have no order.</summary>
    public static int? Compare(object? left, object? right) => (left, right) switch
    {
        (string l, string r) => string.CompareOrdinal(l, r),
        (bool l, bool r) => l.CompareTo(r),
        (DateTimeOffset l, DateTimeOffset r) => l.CompareTo(r),
        (TimeSpan l, TimeSpan r) => l.CompareTo(r),
        (CelBytes l, CelBytes r) => l.Content.SequenceCompareTo(r.Content),
        (Quantity l, Quantity r) => l.CompareTo(r),
        _ when IsNumber(left) && IsNumber(right) => CompareNumbers(left!, right!),
        _ => null,
    };

    private static bool IsNumber(object? value) => value is long or ulong or double;

    private static int? CompareNumbers(object left, object right) => (left, right) switch
    {
        (long l, long r) => l.CompareTo(r),
        (ulong l, ulong r) => l.CompareTo(r),
        (long l, ulong r) => l < 0 ? -1 : ((ulong)l).CompareTo(r),
        (ulong l, long r) => r < 0 ? 1 : l.CompareTo((ulong)r),
        (double l, double r) => Order(l, r),
        (double l, _) => -CompareWithReal(right, l),
        (_, double r) => CompareWithReal(left, r),
        _ => null,
    };

    /// <summary>Exact: a real number of more than 2^53 is whole, so its whole part decides.</summary>
    private static int? CompareWithReal(object integer, double real)
    {
        if (double.IsNaN(real))
        {
            return null;
        }

        Int128 whole = integer is long n ? n : (Int128)(ulong)integer;
        double floor = Math.Floor(real);
        if (floor >= 1e20 || floor <= -1e20)
        {
            return floor > 0 ? -1 : 1;
        }

        int order = whole.CompareTo((Int128)floor);
        return order == 0 && real > floor ? -1 : order;
    }

    private static int? Order(double left, double right) => double.IsNaN(left) || double.IsNaN(right) ? null : left.CompareTo(right);

    private static bool SameEntries(CelMap left, CelMap right, CelBudget budget)
    {
        foreach (object key in left.Keys)
        {
            if (!right.TryGet(key, out object? other) || !left.TryGet(key, out object? value) || !Same(value, other, budget))
            {
                return false;
            }
        }

        return true;
    }
}
