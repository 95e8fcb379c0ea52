using Orchestrator.Load.Scenarios;

namespace Orchestrator.Load.Results;

/// <param name="Case">The case.</param>
/// <param name="Metric">What was limited.</param>
/// <param name="Measured">In the median round; null where it was not measured.</param>
/// <param name="Limit">In words: <c>at most 50</c>.</param>
/// <param name="IsKept">Whether the limit was kept.</param>
internal sealed record ThresholdResult(string Case, string Metric, double? Measured, string Limit, bool IsKept);

/// <summary>Holds runs against the limits of their scenario. A limit on something that was not measured is not kept.</summary>
internal static class ThresholdCheck
{
    public static IReadOnlyList<ThresholdResult> Of(LoadRun run, IReadOnlyList<Threshold> thresholds) =>
    [
        .. from threshold in thresholds
           from measured in run.Cases.Where(c => threshold.Case.Length == 0 || c.Name == threshold.Case)
           let value = MetricOf(measured, threshold.Metric)
           select new ThresholdResult(measured.Title, threshold.Metric, value, Limit(threshold), value >= (threshold.Least ?? double.MinValue) && value <= (threshold.Most ?? double.MaxValue)),
    ];

    /// <summary>A metric of the median round; null where it was not measured.</summary>
    public static double? MetricOf(CaseRun measured, string metric) =>
        metric == "errors" ? measured.Rounds.Sum(r => r.Errors) : MetricOf(measured.Median, metric);

    public static double? MetricOf(RoundRun round, string metric) => metric switch
    {
        "perSecond" => round.PerSecond,
        "p50Milliseconds" => round.Latency?.P50,
        "p90Milliseconds" => round.Latency?.P90,
        "p99Milliseconds" => round.Latency?.P99,
        "p999Milliseconds" => round.Latency?.P999,
        "maxMilliseconds" => round.Latency?.Max,
        "cpuMicroseconds" => round.CpuMicroseconds,
        "serverCpuMicroseconds" => round.ServerCpuMicroseconds,
        "errors" => round.Errors,
        _ => round.Figures.TryGetValue(metric, out var figure) ? figure : null,
    };

    private static string Limit(Threshold threshold) => string.Join(
        ", ",
        ((string?[])[threshold.Least is { } least ? FormattableString.Invariant($"at least {least}") : null, threshold.Most is { } most ? FormattableString.Invariant($"at most {most}") : null]).OfType<string>());
}
