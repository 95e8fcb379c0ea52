using System.Globalization;
using Orchestrator.Load.Results;
using Spectre.Console;

namespace Orchestrator.Cli.LoadTests;

/// <summary>Runs and comparisons as tables on the terminal.</summary>
internal sealed class LoadView(IAnsiConsole console)
{
    public void Write(LoadRun run)
    {
        var columns = ReportColumns.Of(run);
        var table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(string.Create(
            CultureInfo.InvariantCulture, $"{run.Scenario}: median of {run.Cases.Max(c => c.Rounds.Count)} rounds, {run.Machine.Cores} cores")));
        table.AddColumn("case");
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column.Heading)).RightAligned());
        }

        foreach (var measured in run.Cases)
        {
            table.AddRow([Markup.Escape(measured.Title), .. columns.Select(c => Markup.Escape(c.Cell(measured)))]);
        }

        console.Write(table);
        foreach (var reason in run.Cases.SelectMany(c => c.Rounds).SelectMany(r => r.ErrorReasons).GroupBy(e => e.Key, StringComparer.Ordinal))
        {
            console.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"[red]{reason.Sum(r => r.Value):N0} errors:[/] {Markup.Escape(reason.Key)}"));
        }

        foreach (var threshold in run.Thresholds)
        {
            console.MarkupLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(threshold.IsKept ? "[green]kept[/]" : "[red]not kept[/]")}: {Markup.Escape(threshold.Case)}: {Markup.Escape(threshold.Metric)} {Markup.Escape(threshold.Limit)}, measured {threshold.Measured:0.###}"));
        }
    }

    public void Write(RunComparison comparison)
    {
        var table = new Table().Border(TableBorder.Rounded).Title(string.Create(
            CultureInfo.InvariantCulture, $"second against first, {(comparison.IsPaired ? "round by round" : "as two samples")}, {comparison.Confidence * 100:0.#} % confidence, margin {comparison.Margin * 100:0.#} %"));
        table.AddColumns("case", "metric", "first", "second", "change", "interval", "verdict");
        foreach (var m in comparison.Metrics)
        {
            var colour = !m.IsDecisive ? "grey" : m.Verdict switch { "worse" => "red", "better" => "green", _ => "default" };
            table.AddRow(
                Markup.Escape(m.Case),
                Markup.Escape(m.Metric),
                ReportColumns.Text(m.First),
                ReportColumns.Text(m.Second),
                RunComparison.Percent(m.Change),
                m.Low is null ? "" : $"{RunComparison.Percent(m.Low)} to {RunComparison.Percent(m.High)}",
                $"[{colour}]{RunComparison.Words(m.Verdict)}[/]");
        }

        console.Write(table);
    }
}
