using System.Numerics;

namespace Orchestrator.Load.Measuring;

/// <summary>
/// Counts latencies in buckets whose width is below 1/64 of their value, from a microsecond to hours, in constant memory.
/// Not thread-safe: each worker has one, and they are added up at the end.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 6;
    private const int SubBuckets = 1 << SubBucketBits;
    private const int Magnitudes = 34 - SubBucketBits;

    private readonly long[] _counts = new long[(Magnitudes + 1) * SubBuckets];

    public long Count { get; private set; }

    public TimeSpan Max { get; private set; }

    public void Record(TimeSpan latency)
    {
        var micros = (long)latency.TotalMicroseconds;
        _counts[Math.Min(IndexOf(micros), _counts.Length - 1)]++;
        Count++;
        Max = latency > Max ? latency : Max;
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        Max = other.Max > Max ? other.Max : Max;
    }

    /// <summary>The latency that the given share of all does not exceed, within a bucket's width; zero where nothing was recorded.</summary>
    /// <param name="share">Between 0 and 1.</param>
    public TimeSpan Percentile(double share)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(Count * share));
        var seen = 0L;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                var top = TimeSpan.FromMicroseconds(TopOf(i));
                return top < Max ? top : Max;
            }
        }

        return TimeSpan.Zero;
    }

    /// <summary>The first 64 buckets are a microsecond wide; each further 64 are twice as wide as those before.</summary>
    private static int IndexOf(long micros)
    {
        if (micros < SubBuckets)
        {
            return (int)Math.Max(0, micros);
        }

        var magnitude = BitOperations.Log2((ulong)micros) - SubBucketBits;
        return ((magnitude + 1) << SubBucketBits) + (int)((micros >> magnitude) - SubBuckets);
    }

    private static double TopOf(int index)
    {
        if (index < SubBuckets)
        {
            return index + 1;
        }

        var magnitude = (index >> SubBucketBits) - 1;
        return (double)((long)(SubBuckets + (index & (SubBuckets - 1)) + 1) << magnitude);
    }
}
