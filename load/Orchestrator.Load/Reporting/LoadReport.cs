using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Load.Measuring;
using Spectre.Console;

namespace Orchestrator.Load.Reporting;

/// <summary>One line of a report: the median round of a case.</summary>
/// <param name="Case">What was done: <c>16 writers</c>.</param>
/// <param name="PerSecond">Operations per second of the median round.</param>
/// <param name="LowestPerSecond">Of the slowest round.</param>
/// <param name="HighestPerSecond">Of the fastest round.</param>
/// <param name="P50Milliseconds">Median latency.</param>
/// <param name="P99Milliseconds">99th percentile of the latency.</param>
/// <param name="MaxMilliseconds">Highest latency.</param>
/// <param name="OwnCpuMicroseconds">CPU time per operation in the process under load, which makes the load too.</param>
/// <param name="ServerCpuMicroseconds">CPU time per operation in the server's processes; null where it is not known.</param>
/// <param name="Errors">Failed operations of all rounds.</param>
internal sealed record LoadRow(
    string Case,
    double PerSecond,
    double LowestPerSecond,
    double HighestPerSecond,
    double P50Milliseconds,
    double P99Milliseconds,
    double MaxMilliseconds,
    double OwnCpuMicroseconds,
    double? ServerCpuMicroseconds,
    long Errors)
{
    public static LoadRow Of(string name, IReadOnlyCollection<Round> rounds)
    {
        var median = Round.Median(rounds);
        var operations = Math.Max(1, median.Operations);
        return new(
            name,
            median.OperationsPerSecond,
            rounds.Min(r => r.OperationsPerSecond),
            rounds.Max(r => r.OperationsPerSecond),
            median.Latencies.Percentile(0.5).TotalMilliseconds,
            median.Latencies.Percentile(0.99).TotalMilliseconds,
            median.Latencies.Max.TotalMilliseconds,
            median.OwnCpu.TotalMicroseconds / operations,
            median.ServerCpu?.TotalMicroseconds / operations,
            rounds.Sum(r => r.Errors));
    }
}

/// <summary>The outcome of a scenario.</summary>
internal sealed record LoadReport(string Scenario, string Unit, int Rounds, double RoundSeconds, int Cores, IReadOnlyList<LoadRow> Rows)
{
    /// <summary>Prints the report; the exit code is 1 where operations failed.</summary>
    public int Finish(ReportFormat format)
    {
        Print(format);
        return Rows.Any(r => r.Errors > 0) ? 1 : 0;
    }

    /// <summary>The report as a table in Markdown.</summary>
    public IEnumerable<string> ToMarkdown() =>
    [
        $"| case | {Unit}/s | p50 ms | p99 ms | CPU µs | server CPU µs |",
        "|---|---|---|---|---|---|",
        .. Rows.Select(r => string.Create(
            CultureInfo.InvariantCulture,
            $"| {r.Case} | {r.PerSecond:N0} | {r.P50Milliseconds:0.00} | {r.P99Milliseconds:0.00} | {r.OwnCpuMicroseconds:N0} | {r.ServerCpuMicroseconds ?? 0:N0} |")),
    ];

    /// <summary>Prints the report as a table or as JSON.</summary>
    public void Print(ReportFormat format)
    {
        if (format == ReportFormat.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(this, LoadReportJson.Default.LoadReport));
            return;
        }

        var table = new Table().Title($"{Scenario}: {Unit} per second, median of {Rounds} rounds of {RoundSeconds:0} s on {Cores} cores");
        table.AddColumns("case", "per second", "lowest - highest", "p50 ms", "p99 ms", "max ms", "CPU µs", "server CPU µs", "errors");
        foreach (var row in Rows)
        {
            table.AddRow(
                row.Case,
                $"{row.PerSecond:0}",
                $"{row.LowestPerSecond:0} - {row.HighestPerSecond:0}",
                $"{row.P50Milliseconds:0.00}",
                $"{row.P99Milliseconds:0.00}",
                $"{row.MaxMilliseconds:0.00}",
                $"{row.OwnCpuMicroseconds:0}",
                row.ServerCpuMicroseconds is { } cpu ? $"{cpu:0}" : "",
                $"{row.Errors}");
        }

        AnsiConsole.Write(table);
    }
}

internal enum ReportFormat
{
    Table,
    Json,
}

[JsonSerializable(typeof(LoadReport))]
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class LoadReportJson : JsonSerializerContext;
