using System.Numerics;
using CsCheck;
using Orchestrator.Model.Quantities;

namespace Orchestrator.UnitTests.Kinds;

/// <summary>Kubernetes' own tables (apimachinery/pkg/api/resource) and properties that follow from its rules.</summary>
public sealed class QuantityTests
{
    private static readonly (string Suffix, BigInteger Numerator, BigInteger Denominator)[] Suffixes =
    [
        ("n", 1, 1_000_000_000), ("u", 1, 1_000_000), ("m", 1, 1000), ("", 1, 1), ("k", 1000, 1), ("M", 1_000_000, 1), ("G", 1_000_000_000, 1),
        ("T", BigInteger.Pow(10, 12), 1), ("P", BigInteger.Pow(10, 15), 1), ("E", BigInteger.Pow(10, 18), 1),
        ("Ki", 1L << 10, 1), ("Mi", 1L << 20, 1), ("Gi", 1L << 30, 1), ("Ti", 1L << 40, 1), ("Pi", 1L << 50, 1), ("Ei", 1L << 60, 1),
        ("e3", 1000, 1), ("E-2", 1, 100), ("e+1", 10, 1),
    ];

    [Theory]
    [InlineData("0", "0")]
    [InlineData("0n", "0")]
    [InlineData("0.5", "500m")]
    [InlineData(".5", "500m")]
    [InlineData("5.", "5")]
    [InlineData("1000m", "1")]
    [InlineData("1500m", "1500m")]
    [InlineData("1.5", "1500m")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1536Mi", "1536Mi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("1023", "1023")]
    [InlineData("512.5Ki", "524800")]
    [InlineData("0.5Ki", "512")]
    [InlineData("0.0001Ki", "102400u")]
    [InlineData("100000", "100k")]
    [InlineData("1e3", "1e3")]
    [InlineData("12e4", "120e3")]
    [InlineData("1E", "1E")]
    [InlineData("1E3", "1e3")]
    [InlineData("-1.5Ki", "-1536")]
    [InlineData("-3Mi", "-3Mi")]
    [InlineData("+5", "5")]
    [InlineData("0.0000000001", "1n")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("9223372036854775808", "9223372036854775807")]
    [InlineData("100E", "9223372036854775807")]
    [InlineData("1e500", "9223372036854775807e0")]
    [InlineData("10Ei", "9223372036854775807")]
    [InlineData("1.000000000000000000000000000001", "1000000001n")]
    public void Reads_and_writes_canonically(string text, string canonical)
    {
        // A decimal exponent of zero is not written.
        Assert.Equal(canonical.Replace("e0", "", StringComparison.Ordinal), Quantity.Parse(text).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("1.1.1")]
    [InlineData("1 Gi")]
    [InlineData("1gi")]
    [InlineData("1K")]
    [InlineData("1e")]
    [InlineData("1e1.5")]
    [InlineData("e3")]
    [InlineData("Mi")]
    [InlineData("--1")]
    [InlineData("1mi")]
    [InlineData("0x10")]
    public void Refuses_what_is_no_quantity(string text) => Assert.False(Quantity.TryParse(text, out _));

    [Fact]
    public void Refuses_numbers_longer_than_any_use() => Assert.False(Quantity.TryParse(new string('1', 257), out _));

    [Fact]
    public void Value_is_exact_rational_arithmetic_rounded_away_from_zero() =>
        Gen.Select(Gen.Long[0, 999_999_999_999], Gen.Int[0, 11], Gen.Int[0, Suffixes.Length - 1].Select(i => Suffixes[i]), Gen.Bool).Sample((digits, fraction, suffix, negative) =>
        {
            string number = digits.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(fraction + 1, '0');
            string text = (negative ? "-" : "") + (fraction == 0 ? number : number[..^fraction] + "." + number[^fraction..]) + suffix.Suffix;
            BigInteger denominator = suffix.Denominator * BigInteger.Pow(10, fraction);
            BigInteger nanos = BigInteger.DivRem(digits * suffix.Numerator * 1_000_000_000, denominator, out BigInteger rest);
            nanos = BigInteger.Min(rest.IsZero ? nanos : nanos + 1, (BigInteger)long.MaxValue * 1_000_000_000);
            Assert.Equal((Int128)(negative ? -nanos : nanos), Quantity.Parse(text).Nanos);
        });

    [Fact]
    public void Canonical_form_keeps_the_value_and_is_a_fixed_point() =>
        Gen.Select(Gen.Long, Gen.Int[0, 1_000_000_000], Gen.Enum<QuantityFormat>()).Sample((units, nanos, format) =>
        {
            Quantity quantity = Quantity.FromNanos(((Int128)(units / 2) * 1_000_000_000) + nanos, format);
            Quantity again = Quantity.Parse(quantity.ToString());
            Assert.Equal(quantity, again);
            Assert.Equal(quantity.ToString(), again.ToString());
        });

    [Fact]
    public void Milli_and_unit_values_round_away_from_zero()
    {
        Assert.Equal(1, Quantity.Parse("1m").Value);
        Assert.Equal(-1, Quantity.Parse("-1m").Value);
        Assert.Equal(1, Quantity.Parse("1n").MilliValue);
        Assert.Equal(1500, Quantity.Parse("1.5").MilliValue);
        Assert.Equal(long.MaxValue, Quantity.Parse("9E").MilliValue);
    }

    [Fact]
    public void Sums_take_the_format_of_the_first_that_is_not_zero()
    {
        Assert.Equal("1Gi", (Quantity.Zero + Quantity.Parse("1Gi")).ToString());
        Assert.Equal("1536Mi", (Quantity.Parse("1Gi") + Quantity.Parse("512Mi")).ToString());
        Assert.Equal("500m", (Quantity.Parse("2") - Quantity.Parse("1500m")).ToString());
    }
}
