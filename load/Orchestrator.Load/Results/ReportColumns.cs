using System.Globalization;

namespace Orchestrator.Load.Results;

/// <summary>A column of a report's table.</summary>
/// <param name="Heading">With its unit.</param>
/// <param name="Cell">What it says of a case.</param>
internal sealed record ReportColumn(string Heading, Func<CaseRun, string> Cell);

/// <summary>The columns that a run has something to say in.</summary>
internal static class ReportColumns
{
    public static IReadOnlyList<ReportColumn> Of(LoadRun run)
    {
        var columns = new List<ReportColumn>();
        if (run.Cases.Any(c => c.Median.Latency is not null))
        {
            // Decisions take microseconds, requests milliseconds.
            var (unit, factor) = run.Cases.All(c => c.Median.Latency is null or { P99: < 2 }) ? ("µs", 1000.0) : ("ms", 1.0);
            columns.Add(new ReportColumn($"{run.Unit}/s", c => Text(c.Median.PerSecond)));
            columns.Add(new ReportColumn($"p50 {unit}", c => Text(c.Median.Latency?.P50 * factor)));
            columns.Add(new ReportColumn($"p99 {unit}", c => Text(c.Median.Latency?.P99 * factor)));
            columns.Add(new ReportColumn("CPU µs", c => Text(c.Median.CpuMicroseconds)));
        }

        if (run.Cases.Any(c => c.Median.ServerCpuMicroseconds is not null && c.Median.Operations > 0))
        {
            columns.Add(new ReportColumn("server CPU µs", c => Text(c.Median.ServerCpuMicroseconds)));
        }

        // Of figures, of which each round has one, the mean says more than that of one round.
        columns.AddRange(run.Cases.SelectMany(c => c.Median.Figures.Keys).Distinct(StringComparer.Ordinal)
            .Select(name => new ReportColumn(name, c => Text(c.Rounds.Where(r => r.Figures.ContainsKey(name)).Select(r => (double?)r.Figures[name]).DefaultIfEmpty(null).Average()))));
        if (run.Errors > 0)
        {
            columns.Add(new ReportColumn("errors", c => Text(c.Rounds.Sum(r => r.Errors))));
        }

        return columns;
    }

    /// <summary>A number with as many digits as one reads.</summary>
    public static string Text(double? number) => number is not { } value ? "" : Math.Abs(value) switch
    {
        >= 1000 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0.#", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.##", CultureInfo.InvariantCulture),
        0 => "0",
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
