using Orchestrator.Cli.Output.Html;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Results;

namespace Orchestrator.Cli.LoadTests;

/// <summary>What of a run becomes which line. Rounds follow each other on the axis of time, with gaps between them.</summary>
internal static class LoadPlots
{
    /// <summary>Latency by percentile; the axis goes by nines, where what matters lies.</summary>
    public static SvgLine Curve(CaseRun measured) =>
        new(measured.Title, [.. LatencyFigures.CurveShares.Zip(measured.Median.Latency!.Curve).Where(p => p.First < 1).Select(p => (Nines(p.First), p.Second))]);

    /// <summary>Percentiles that the axis names.</summary>
    public static IReadOnlyList<(double X, string Text)> PercentileMarks { get; } =
        [.. ((double[])[0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999]).Select(share => (Nines(share), HtmlPage.Invariant($"{share * 100:0.###}")))];

    public static IReadOnlyList<SvgLine> Throughput(CaseRun measured) =>
    [
        new("completed", OverTime(measured, r => r.Seconds.Select(s => (double)s.Completed))),
        new("failed", measured.Rounds.Any(r => r.Errors > 0) ? OverTime(measured, r => r.Seconds.Select(s => (double)s.Failed)) : []),
    ];

    public static IReadOnlyList<SvgLine> Latencies(CaseRun measured) =>
    [
        new("p50", OverTime(measured, r => r.Seconds.Select(s => s.P50))),
        new("p99", OverTime(measured, r => r.Seconds.Select(s => s.P99))),
        new("max", OverTime(measured, r => r.Seconds.Select(s => s.Max))),
    ];

    public static IReadOnlyList<SvgLine> Processors(CaseRun measured) => Components(measured, c => c.CpuCores, _ => 1);

    public static IReadOnlyList<SvgLine> Memory(CaseRun measured) => Components(measured, c => c.MemoryMebibytes, c => c.MemoryIntervalSeconds);

    private static double Nines(double share) => -Math.Log10(1 - share);

    private static IReadOnlyList<SvgLine> Components(CaseRun measured, Func<ComponentSeries, IReadOnlyList<double>> values, Func<ComponentSeries, int> interval) =>
    [
        .. measured.Rounds[0].Components.Select(component => new SvgLine(component.Name, OverTime(
            measured, r => r.Components.FirstOrDefault(c => c.Name == component.Name) is { } same ? values(same) : [], interval(component)))),
    ];

    private static List<(double X, double Y)> OverTime(CaseRun measured, Func<RoundRun, IEnumerable<double>> values, int interval = 1)
    {
        var points = new List<(double X, double Y)>();
        var begin = 0.0;
        foreach (var round in measured.Rounds)
        {
            points.AddRange(values(round).Select((y, i) => (begin + (i * interval), y)));
            begin += Math.Max(round.Seconds.Count, Math.Ceiling(round.ElapsedSeconds));
            points.Add((begin - 0.5, double.NaN));
        }

        return points;
    }
}
