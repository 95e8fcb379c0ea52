using System.Runtime.InteropServices;

namespace Orchestrator.Model.Quantities;

/// <summary>How a <see cref="Quantity"/> is written.</summary>
public enum QuantityFormat
{
    /// <summary>Powers of 1000: <c>500m</c>, <c>2</c>, <c>1G</c>.</summary>
    DecimalSI,

    /// <summary>Powers of 1024: <c>128Mi</c>.</summary>
    BinarySI,

    /// <summary>Powers of ten: <c>1e3</c>.</summary>
    DecimalExponent,
}

/// <summary>
/// A resource quantity as Kubernetes defines it (<c>k8s.io/apimachinery/pkg/api/resource</c>), exact: a whole number of billionths, so that
/// sums never drift. Magnitudes are capped at 2^63-1, and anything finer than a billionth is rounded away from zero, both as Kubernetes does.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Quantity : IComparable<Quantity>
{
    internal const long NanosPerUnit = 1_000_000_000;

    internal static readonly Int128 MaxNanos = (Int128)long.MaxValue * NanosPerUnit;

    private Quantity(Int128 nanos, QuantityFormat format)
    {
        Nanos = nanos;
        Format = format;
    }

    public static Quantity Zero => default;

    /// <summary>The value in billionths.</summary>
    public Int128 Nanos { get; }

    public QuantityFormat Format { get; }

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => Int128.Sign(Nanos);

    /// <summary>The value rounded away from zero to whole units (bytes, pods, ...).</summary>
    public long Value => Scaled(NanosPerUnit);

    /// <summary>The value rounded away from zero to thousandths (<c>cpu</c> in millicores); capped at <see cref="long.MaxValue"/>.</summary>
    public long MilliValue => Scaled(NanosPerUnit / 1000);

    public static Quantity FromUnits(long units, QuantityFormat format = QuantityFormat.DecimalSI) => new((Int128)units * NanosPerUnit, format);

    public static Quantity FromMillis(long millis, QuantityFormat format = QuantityFormat.DecimalSI) => new((Int128)millis * (NanosPerUnit / 1000), format);

    /// <summary>From billionths, capped at the largest magnitude.</summary>
    public static Quantity FromNanos(Int128 nanos, QuantityFormat format = QuantityFormat.DecimalSI) => new(Int128.Clamp(nanos, -MaxNanos, MaxNanos), format);

    /// <exception cref="FormatException">Not a quantity.</exception>
    public static Quantity Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out Quantity quantity) ? quantity : throw new FormatException(Invalid);

    /// <summary>Reads a quantity; false where the text is none.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Quantity quantity) => QuantityParser.TryParse(text, out quantity);

    /// <summary>What Kubernetes says of a malformed quantity.</summary>
    public const string Invalid =
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

    public static Quantity operator +(Quantity left, Quantity right) => FromNanos(left.Nanos + right.Nanos, FormatOf(left, right));

    public static Quantity operator -(Quantity left, Quantity right) => FromNanos(left.Nanos - right.Nanos, FormatOf(left, right));

    public static bool operator <(Quantity left, Quantity right) => left.Nanos < right.Nanos;

    public static bool operator >(Quantity left, Quantity right) => left.Nanos > right.Nanos;

    public static bool operator <=(Quantity left, Quantity right) => left.Nanos <= right.Nanos;

    public static bool operator >=(Quantity left, Quantity right) => left.Nanos >= right.Nanos;

    public static Quantity Add(Quantity left, Quantity right) => left + right;

    public static Quantity Subtract(Quantity left, Quantity right) => left - right;

    public int CompareTo(Quantity other) => Nanos.CompareTo(other.Nanos);

    /// <summary>Quantities are equal when their values are, however written: <c>1</c> and <c>1000m</c>.</summary>
    public bool Equals(Quantity other) => Nanos == other.Nanos;

    public override int GetHashCode() => Nanos.GetHashCode();

    /// <summary>Canonical form: no fraction, the largest suffix that loses nothing.</summary>
    public override string ToString() => QuantityWriter.Write(this);

    // Zero takes the other's format, as in Kubernetes: 0 + 1Gi is written 1Gi.
    private static QuantityFormat FormatOf(Quantity left, Quantity right) => left.Nanos == 0 ? right.Format : left.Format;

    private long Scaled(long nanosPerStep)
    {
        (Int128 whole, Int128 rest) = Int128.DivRem(Nanos, nanosPerStep);
        if (rest != 0)
        {
            whole += Int128.Sign(Nanos);
        }

        return (long)Int128.Clamp(whole, long.MinValue, long.MaxValue);
    }
}
