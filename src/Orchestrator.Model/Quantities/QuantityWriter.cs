using System.Globalization;

namespace Orchestrator.Model.Quantities;

/// <summary>Canonical form of quantities.</summary>
internal static class QuantityWriter
{
    private static readonly string[] DecimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    private static readonly string[] BinarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    public static string Write(Quantity quantity)
    {
        if (quantity.Nanos == 0)
        {
            return "0";
        }

        Int128 magnitude = Int128.Abs(quantity.Nanos);

        // Below 1024 a binary suffix has nothing to say, and it cannot write fractions.
        bool binary = quantity.Format == QuantityFormat.BinarySI
            && magnitude >= (Int128)1024 * Quantity.NanosPerUnit
            && magnitude % Quantity.NanosPerUnit == 0;
        return binary
            ? WriteScaled(quantity.Nanos / Quantity.NanosPerUnit, 1024, BinarySuffixes)
            : quantity.Format == QuantityFormat.DecimalExponent
                ? WriteExponent(quantity.Nanos)
                : WriteScaled(quantity.Nanos, 1000, DecimalSuffixes);
    }

    private static string WriteScaled(Int128 value, int step, string[] suffixes)
    {
        int suffix = 0;
        while (suffix < suffixes.Length - 1 && value % step == 0)
        {
            value /= step;
            suffix++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value}{suffixes[suffix]}");
    }

    private static string WriteExponent(Int128 value)
    {
        int exponent = -9;
        while (value % 1000 == 0)
        {
            value /= 1000;
            exponent += 3;
        }

        return exponent == 0
            ? value.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{value}e{exponent}");
    }
}
