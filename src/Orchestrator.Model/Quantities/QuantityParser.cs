using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Orchestrator.Model.Quantities;

/// <summary>Reads <c>[+-]digits[.digits][suffix]</c>, where the suffix is a decimal SI one, a binary one, or a decimal exponent.</summary>
internal static class QuantityParser
{
    // Longer numbers are refused: their arithmetic would cost more than any quantity is worth.
    private const int MaxLength = 256;

    // Larger exponents saturate or round to the same value as these.
    private const int MaxExponent = 2 * MaxLength;

    public static bool TryParse(ReadOnlySpan<char> text, out Quantity quantity)
    {
        quantity = default;
        if (text.Length is 0 or > MaxLength)
        {
            return false;
        }

        bool negative = text[0] == '-';
        ReadOnlySpan<char> rest = text[0] is '-' or '+' ? text[1..] : text;
        int numberLength = NumberLength(rest, out int fractionDigits);
        if (numberLength < 0 || !TryReadSuffix(rest[numberLength..], out Suffix suffix))
        {
            return false;
        }

        Int128 nanos = numberLength <= 18 && suffix.Exponent is >= -9 and <= 18
            ? SmallNanos(rest[..numberLength], fractionDigits, suffix)
            : LargeNanos(rest[..numberLength], fractionDigits, suffix);
        quantity = Quantity.FromNanos(negative ? -nanos : nanos, FormatFor(nanos, suffix));
        return true;
    }

    // A binary suffix on less than one unit is kept as decimal, which can write it exactly.
    private static QuantityFormat FormatFor(Int128 nanos, Suffix suffix) =>
        suffix.Format == QuantityFormat.BinarySI && nanos > 0 && nanos < Quantity.NanosPerUnit ? QuantityFormat.DecimalSI : suffix.Format;

    private static int NumberLength(ReadOnlySpan<char> text, out int fractionDigits)
    {
        int digits = 0;
        int point = -1;
        int i = 0;
        for (; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                digits++;
            }
            else if (text[i] == '.' && point < 0)
            {
                point = i;
            }
            else
            {
                break;
            }
        }

        fractionDigits = point < 0 ? 0 : i - point - 1;
        return digits == 0 ? -1 : i;
    }

    private static bool TryReadSuffix(ReadOnlySpan<char> text, out Suffix suffix)
    {
        (suffix, bool known) = text switch
        {
            "" => (new Suffix(QuantityFormat.DecimalSI, 0), true),
            "n" => (new Suffix(QuantityFormat.DecimalSI, -9), true),
            "u" => (new Suffix(QuantityFormat.DecimalSI, -6), true),
            "m" => (new Suffix(QuantityFormat.DecimalSI, -3), true),
            "k" => (new Suffix(QuantityFormat.DecimalSI, 3), true),
            "M" => (new Suffix(QuantityFormat.DecimalSI, 6), true),
            "G" => (new Suffix(QuantityFormat.DecimalSI, 9), true),
            "T" => (new Suffix(QuantityFormat.DecimalSI, 12), true),
            "P" => (new Suffix(QuantityFormat.DecimalSI, 15), true),
            "E" => (new Suffix(QuantityFormat.DecimalSI, 18), true),
            "Ki" => (new Suffix(QuantityFormat.BinarySI, 0, 10), true),
            "Mi" => (new Suffix(QuantityFormat.BinarySI, 0, 20), true),
            "Gi" => (new Suffix(QuantityFormat.BinarySI, 0, 30), true),
            "Ti" => (new Suffix(QuantityFormat.BinarySI, 0, 40), true),
            "Pi" => (new Suffix(QuantityFormat.BinarySI, 0, 50), true),
            "Ei" => (new Suffix(QuantityFormat.BinarySI, 0, 60), true),
            _ => (default, false),
        };
        return known || TryReadExponent(text, out suffix);
    }

    private static bool TryReadExponent(ReadOnlySpan<char> text, out Suffix suffix)
    {
        suffix = default;
        if (text.Length < 2 || text[0] is not ('e' or 'E')
            || !int.TryParse(text[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int exponent))
        {
            return false;
        }

        suffix = new Suffix(QuantityFormat.DecimalExponent, Math.Clamp(exponent, -MaxExponent, MaxExponent));
        return true;
    }

    // At most 18 digits times at most 10^19 is below 10^37, which an Int128 holds; what a binary suffix shifts out of it is above the cap anyway.
    private static Int128 SmallNanos(ReadOnlySpan<char> number, int fractionDigits, Suffix suffix)
    {
        long mantissa = 0;
        foreach (char c in number)
        {
            if (c != '.')
            {
                mantissa = (mantissa * 10) + (c - '0');
            }
        }

        int power = 9 + suffix.Exponent - fractionDigits;
        if (power is < 0 or > 19)
        {
            return LargeNanos(number, fractionDigits, suffix);
        }

        Int128 scaled = mantissa * Power(10, power);
        return scaled > Quantity.MaxNanos >> suffix.BinaryExponent ? Quantity.MaxNanos : scaled << suffix.BinaryExponent;
    }

    private static Int128 LargeNanos(ReadOnlySpan<char> number, int fractionDigits, Suffix suffix)
    {
        Span<char> digits = stackalloc char[MaxLength];
        int length = 0;
        foreach (char c in number)
        {
            if (c != '.')
            {
                digits[length++] = c;
            }
        }

        BigInteger value = BigInteger.Parse(digits[..length], NumberStyles.None, CultureInfo.InvariantCulture) << suffix.BinaryExponent;
        int power = 9 + suffix.Exponent - fractionDigits;
        BigInteger nanos = power >= 0 ? value * BigInteger.Pow(10, power) : DivideUp(value, BigInteger.Pow(10, -power));
        return nanos > (BigInteger)Quantity.MaxNanos ? Quantity.MaxNanos : (Int128)nanos;
    }

    private static BigInteger DivideUp(BigInteger value, BigInteger divisor)
    {
        BigInteger whole = BigInteger.DivRem(value, divisor, out BigInteger rest);
        return rest.IsZero ? whole : whole + 1;
    }

    private static Int128 Power(int number, int exponent)
    {
        Int128 result = 1;
        for (int i = 0; i < exponent; i++)
        {
            result *= number;
        }

        return result;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Suffix(QuantityFormat Format, int Exponent, int BinaryExponent = 0);
}
