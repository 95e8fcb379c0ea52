using Orchestrator.Load.Measuring;

namespace Orchestrator.Load.Results;

/// <summary>What one round measured, as it is kept.</summary>
internal sealed record RoundRun
{
    /// <summary>Completed operations.</summary>
    public long Operations { get; init; }

    public long Errors { get; init; }

    public IReadOnlyDictionary<string, long> ErrorReasons { get; init; } = new Dictionary<string, long>();

    public double ElapsedSeconds { get; init; }

    public double PerSecond { get; init; }

    /// <summary>Null where no operations were timed.</summary>
    public LatencyFigures? Latency { get; init; }

    /// <summary>CPU time per operation of the generator; in process, of what is measured too.</summary>
    public double CpuMicroseconds { get; init; }

    /// <summary>CPU time per operation of the server with its database; null where there is none.</summary>
    public double? ServerCpuMicroseconds { get; init; }

    /// <summary>What the scenario measures besides, by name.</summary>
    public IReadOnlyDictionary<string, double> Figures { get; init; } = new Dictionary<string, double>();

    public IReadOnlyList<SecondRun> Seconds { get; init; } = [];

    public IReadOnlyList<ComponentSeries> Components { get; init; } = [];

    /// <summary>How fast the machine was: see <see cref="Yardstick"/>.</summary>
    public double YardstickNanoseconds { get; init; }

    public static RoundRun Of(Round round, double yardstickNanoseconds)
    {
        var operations = Math.Max(1, round.Operations);
        return new RoundRun
        {
            Operations = round.Operations,
            Errors = round.Errors,
            ErrorReasons = round.ErrorReasons,
            ElapsedSeconds = Rounded(round.Elapsed.TotalSeconds),
            PerSecond = Rounded(round.OperationsPerSecond),
            Latency = round.Operations > 0 ? LatencyFigures.Of(round.Latencies) : null,
            CpuMicroseconds = Rounded(round.OwnCpu.TotalMicroseconds / operations),
            ServerCpuMicroseconds = round.ServerCpu is { } server ? Rounded(server.TotalMicroseconds / operations) : null,
            Figures = round.Figures,
            Seconds = [.. round.Seconds.Select(s => SecondRun.Of(s))],
            Components = [.. round.Components.Select(c => c with { CpuCores = [.. c.CpuCores.Select(Rounded)], MemoryMebibytes = [.. c.MemoryMebibytes.Select(Rounded)] })],
            YardstickNanoseconds = Rounded(yardstickNanoseconds),
        };
    }

    /// <summary>Five significant digits: more were not measured, and files stay small.</summary>
    internal static double Rounded(double value) =>
        value == 0 || !double.IsFinite(value) ? 0 : Math.Round(value, Math.Clamp(4 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 12));
}

/// <summary>Latencies of a round, in milliseconds.</summary>
/// <param name="Curve">Milliseconds at each of <see cref="CurveShares"/>.</param>
internal sealed record LatencyFigures(double P50, double P90, double P99, double P999, double Max, double Mean, IReadOnlyList<double> Curve)
{
    /// <summary>Shares at which the curve of percentiles is kept.</summary>
    public static readonly double[] CurveShares = [0, 0.1, 0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.98, 0.99, 0.995, 0.9975, 0.999, 0.9995, 0.9999, 0.99999, 1];

    public static LatencyFigures Of(LatencyHistogram latencies)
    {
        double At(double share) => RoundRun.Rounded(latencies.Percentile(share).TotalMilliseconds);
        return new LatencyFigures(
            At(0.5), At(0.9), At(0.99), At(0.999), RoundRun.Rounded(latencies.Max.TotalMilliseconds), RoundRun.Rounded(latencies.Mean.TotalMilliseconds), [.. CurveShares.Select(At)]);
    }
}

/// <summary>One second of a round; latencies in milliseconds.</summary>
internal sealed record SecondRun(int Second, long Completed, long Failed, double P50, double P99, double Max)
{
    public static SecondRun Of(SecondOfRound second)
    {
        double At(double share) => RoundRun.Rounded(second.Latencies.Percentile(share).TotalMilliseconds);
        return new SecondRun(second.Second, second.Completed, second.Failed, At(0.5), At(0.99), At(1));
    }
}
