namespace Orchestrator.Load.Measuring;

/// <summary>What one round of load measured.</summary>
/// <param name="Operations">Completed operations.</param>
/// <param name="Errors">Operations that failed.</param>
/// <param name="Elapsed">Duration of the round.</param>
/// <param name="Latencies">Of the completed operations.</param>
/// <param name="OwnCpu">CPU time of this process.</param>
/// <param name="ServerCpu">CPU time of the server's processes; null where they are not on this machine.</param>
internal sealed record Round(long Operations, long Errors, TimeSpan Elapsed, LatencyHistogram Latencies, TimeSpan OwnCpu, TimeSpan? ServerCpu)
{
    public double OperationsPerSecond => Operations / Elapsed.TotalSeconds;

    /// <summary>The round in the middle by operations per second: what is reported of several.</summary>
    public static Round Median(IReadOnlyCollection<Round> rounds) =>
        rounds.OrderBy(r => r.OperationsPerSecond).ElementAt((rounds.Count - 1) / 2);
}
