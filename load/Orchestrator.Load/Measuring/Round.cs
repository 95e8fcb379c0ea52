namespace Orchestrator.Load.Measuring;

/// <summary>What one round of load measured.</summary>
/// <param name="Operations">Completed operations.</param>
/// <param name="Errors">Operations that failed.</param>
/// <param name="Elapsed">Duration of the round.</param>
/// <param name="Latencies">Of the completed operations.</param>
/// <param name="OwnCpu">CPU time of this process.</param>
/// <param name="ServerCpu">CPU time of the server's processes; null where it is not known.</param>
internal sealed record Round(long Operations, long Errors, TimeSpan Elapsed, LatencyHistogram Latencies, TimeSpan OwnCpu, TimeSpan? ServerCpu)
{
    /// <summary>How often operations failed for which reason.</summary>
    public IReadOnlyDictionary<string, long> ErrorReasons { get; init; } = new Dictionary<string, long>();

    /// <summary>Second by second; empty where that was not taken down.</summary>
    public IReadOnlyList<SecondOfRound> Seconds { get; init; } = [];

    /// <summary>Processor and memory of each process that has a part in it.</summary>
    public IReadOnlyList<ComponentSeries> Components { get; init; } = [];

    /// <summary>What a scenario measures besides, by name; the name says the unit.</summary>
    public IReadOnlyDictionary<string, double> Figures { get; init; } = new Dictionary<string, double>();

    public double OperationsPerSecond => Elapsed > TimeSpan.Zero ? Operations / Elapsed.TotalSeconds : 0;

    /// <summary>A round of which only figures are known.</summary>
    public static Round OfFigures(TimeSpan elapsed, params IEnumerable<KeyValuePair<string, double>> figures) =>
        new(0, 0, elapsed, new LatencyHistogram(significantDigits: 1), TimeSpan.Zero, null) { Figures = new Dictionary<string, double>(figures, StringComparer.Ordinal) };

    /// <summary>The round in the middle by operations per second: what is reported of several.</summary>
    public static Round Median(IReadOnlyCollection<Round> rounds) =>
        rounds.OrderBy(r => r.OperationsPerSecond).ElementAt((rounds.Count - 1) / 2);
}
