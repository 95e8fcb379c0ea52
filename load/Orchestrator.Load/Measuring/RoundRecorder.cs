using System.Diagnostics;

namespace Orchestrator.Load.Measuring;

/// <summary>What was done in one second of a round.</summary>
/// <param name="Second">From the round's beginning.</param>
/// <param name="Completed">Operations that ended in it.</param>
/// <param name="Failed">Operations that failed in it.</param>
/// <param name="Latencies">Of the completed.</param>
internal sealed record SecondOfRound(int Second, long Completed, long Failed, LatencyHistogram Latencies);

/// <summary>Takes down the operations of a round, from any number of workers: latencies, errors by reason, and both second by second.</summary>
/// <param name="started">Timestamp of the round's beginning.</param>
internal sealed class RoundRecorder(long started)
{
    // A round that takes longer is still counted; its further seconds are not told apart.
    private const int MostSeconds = 3_600;
    private const int MostReasons = 32;
    private const int LongestReason = 120;

    private readonly Lock _gate = new();
    private readonly List<SecondOfRound> _seconds = [];
    private readonly Dictionary<string, long> _errors = new(StringComparer.Ordinal);

    public LatencyHistogram Latencies { get; } = new();

    public long Errors { get; private set; }

    public IReadOnlyDictionary<string, long> ErrorReasons => _errors;

    public IReadOnlyList<SecondOfRound> Seconds => _seconds;

    /// <param name="from">When the operation began, or was to begin.</param>
    /// <param name="to">When it ended.</param>
    public void Completed(long from, long to)
    {
        var latency = Stopwatch.GetElapsedTime(from, to);
        lock (_gate)
        {
            var index = Second(to);
            _seconds[index] = _seconds[index] with { Completed = _seconds[index].Completed + 1 };
            _seconds[index].Latencies.Record(latency);
            Latencies.Record(latency);
        }
    }

    public void Failed(Exception error) => Failed(Reason(error));

    public void Failed(string reason)
    {
        lock (_gate)
        {
            var index = Second(Stopwatch.GetTimestamp());
            _seconds[index] = _seconds[index] with { Failed = _seconds[index].Failed + 1 };
            Errors++;
            var key = _errors.ContainsKey(reason) || _errors.Count < MostReasons ? reason : "others";
            _errors[key] = _errors.GetValueOrDefault(key) + 1;
        }
    }

    /// <summary>A word or a short sentence that is the same for failures of one kind.</summary>
    private static string Reason(Exception error) => error switch
    {
        HttpRequestException { StatusCode: { } status } => $"HTTP {(int)status} {status}",
        OperationCanceledException => "timeout",
        _ => error.Message.Length <= LongestReason ? error.Message : error.Message[..LongestReason],
    };

    private int Second(long at)
    {
        var index = Math.Min((int)Stopwatch.GetElapsedTime(started, Math.Max(at, started)).TotalSeconds, MostSeconds - 1);
        while (_seconds.Count <= index)
        {
            _seconds.Add(new SecondOfRound(_seconds.Count, 0, 0, new LatencyHistogram(significantDigits: 2)));
        }

        return index;
    }
}
