using HdrHistogram;

namespace Orchestrator.Load.Measuring;

/// <summary>
/// Latencies from 100 nanoseconds to an hour in constant memory, by HdrHistogram. Not thread-safe.
/// </summary>
/// <param name="significantDigits">Of each value: 3 within a thousandth, about 200 KiB; 2 within a hundredth, about 30 KiB.</param>
internal sealed class LatencyHistogram(int significantDigits = 3)
{
    private const long LowestNanoseconds = 100;
    private const long HighestNanoseconds = 3_600_000_000_000;

    private readonly LongHistogram _values = new(LowestNanoseconds, HighestNanoseconds, significantDigits);

    public long Count => _values.TotalCount;

    public TimeSpan Max => FromNanoseconds(Count == 0 ? 0 : _values.GetMaxValue());

    public TimeSpan Mean => FromNanoseconds(Count == 0 ? 0 : _values.GetMean());

    public void Record(TimeSpan latency) => _values.RecordValue(Math.Clamp((long)latency.TotalNanoseconds, 0, HighestNanoseconds));

    public void Add(LatencyHistogram other) => _values.Add(other._values);

    /// <summary>The latency that the given share of all does not exceed; zero where nothing was recorded.</summary>
    /// <param name="share">Between 0 and 1.</param>
    public TimeSpan Percentile(double share) => FromNanoseconds(Count == 0 ? 0 : _values.GetValueAtPercentile(share * 100));

    private static TimeSpan FromNanoseconds(double value) => TimeSpan.FromTicks((long)Math.Round(value / TimeSpan.NanosecondsPerTick));
}
