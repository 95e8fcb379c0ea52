using System.Runtime.InteropServices;

namespace Orchestrator.Load.Results;

/// <summary>
/// An estimate of a mean with its confidence interval that a few outliers do not spoil: Yuen's, of the mean without the highest and lowest fifth and the
/// variance of the winsorized sample ("The two-sample trimmed t for unequal population variances", Biometrika 1974). With fewer than five values, Student's.
/// </summary>
/// <param name="Mean">The estimate.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TrimmedEstimate(double Mean, double Low, double High)
{
    private const double TrimmedShare = 0.2;

    /// <summary>Of the mean of a sample; null where it has fewer than two values.</summary>
    public static TrimmedEstimate? Of(IReadOnlyList<double> sample, double confidence)
    {
        if (sample.Count < 2)
        {
            return null;
        }

        var part = Part.Of(sample);
        return Interval(part.Mean, part.SquaredError, part.Freedom, confidence);
    }

    /// <summary>Of the difference between the means of two independent samples, second less first; null where one has fewer than two values.</summary>
    public static TrimmedEstimate? OfDifference(IReadOnlyList<double> first, IReadOnlyList<double> second, double confidence)
    {
        if (first.Count < 2 || second.Count < 2)
        {
            return null;
        }

        var (a, b) = (Part.Of(first), Part.Of(second));
        var error = a.SquaredError + b.SquaredError;
        var freedom = error > 0 ? error * error / ((a.SquaredError * a.SquaredError / a.Freedom) + (b.SquaredError * b.SquaredError / b.Freedom)) : a.Freedom + b.Freedom;
        return Interval(b.Mean - a.Mean, error, freedom, confidence);
    }

    private static TrimmedEstimate Interval(double mean, double squaredError, double freedom, double confidence)
    {
        var half = StudentQuantile(1 - ((1 - confidence) / 2), freedom) * Math.Sqrt(squaredError);
        return new TrimmedEstimate(mean, mean - half, mean + half);
    }

    /// <summary>Quantile of Student's distribution: exact for one and two degrees of freedom, by Cornish and Fisher's expansion from there on (within 1 %).</summary>
    internal static double StudentQuantile(double share, double freedom)
    {
        if (freedom < 1.5)
        {
            return Math.Tan(Math.PI * (share - 0.5));
        }

        if (freedom < 2.5)
        {
            var q = (2 * share) - 1;
            return q * Math.Sqrt(2 / (1 - (q * q)));
        }

        var z = NormalQuantile(share);
        var (z3, z5, z7) = (Math.Pow(z, 3), Math.Pow(z, 5), Math.Pow(z, 7));
        return z + ((z3 + z) / (4 * freedom)) + (((5 * z5) + (16 * z3) + (3 * z)) / (96 * freedom * freedom))
            + (((3 * z7) + (19 * z5) + (17 * z3) - (15 * z)) / (384 * Math.Pow(freedom, 3)));
    }

    /// <summary>Quantile of the normal distribution for shares from a half on (Abramowitz and Stegun 26.2.23, error below 0.0005).</summary>
    private static double NormalQuantile(double share)
    {
        var t = Math.Sqrt(-2 * Math.Log(1 - share));
        return t - ((2.515517 + (0.802853 * t) + (0.010328 * t * t)) / (1 + (1.432788 * t) + (0.189269 * t * t) + (0.001308 * t * t * t)));
    }

    /// <summary>What one sample gives.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Part(double Mean, double SquaredError, double Freedom)
    {
        public static Part Of(IReadOnlyList<double> sample)
        {
            double[] sorted = [.. sample.Order()];
            var cut = (int)(TrimmedShare * sorted.Length);
            var kept = sorted[cut..^cut];
            double[] winsorized = [.. sorted.Select(v => Math.Clamp(v, kept[0], kept[^1]))];
            var centre = winsorized.Average();
            var spread = winsorized.Sum(v => (v - centre) * (v - centre));
            return new Part(kept.Average(), spread / ((double)kept.Length * (kept.Length - 1)), kept.Length - 1);
        }
    }
}
