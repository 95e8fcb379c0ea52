using Orchestrator.Cli.Output.Html;
using Orchestrator.Load.Results;

namespace Orchestrator.Cli.LoadTests;

/// <summary>A <see cref="LoadRun"/> as a page with plots.</summary>
internal static class LoadPage
{
    private const int MostCards = 6;

    public static void Write(LoadRun run, TextWriter writer) => HtmlPage.Write(writer, $"Load test: {run.Scenario}", run.Description, page =>
    {
        page.Cards(Cards(run));
        Figures(page, run);
        if (run.Versus is not null)
        {
            Comparison(page, RunComparison.OfVariants(run));
        }

        Thresholds(page, run);
        Plots(page, run);
        Pictures(page, run);
        Errors(page, run);
        page.Section("How it was measured", () =>
        {
            page.Paragraph($"{run.Machine}.");
            page.Paragraph(HtmlPage.Invariant($"Begun {run.StartedAt:yyyy-MM-dd HH:mm:ss} UTC, {run.DurationSeconds:0} s in all; seed {run.Seed}, policy {run.Policy}. The figures are of the median round; latencies of open loops count from when an operation should have begun."));
            page.Code(run.Source?.ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "");
        });
    });

    /// <summary>A comparison as a page of its own.</summary>
    public static void Write(RunComparison comparison, string title, string lead, TextWriter writer) =>
        HtmlPage.Write(writer, title, lead, page => Comparison(page, comparison));

    private static IEnumerable<HtmlCard> Cards(LoadRun run)
    {
        foreach (var measured in run.Cases.Where(c => c.Median.Latency is not null).Take(MostCards))
        {
            yield return new HtmlCard($"{ReportColumns.Text(measured.Median.PerSecond)}/s", $"{run.Unit}: {measured.Title}");
        }

        foreach (var measured in run.Cases.Where(c => c.Median.Latency is null && c.Median.Figures.Count > 0).Take(MostCards))
        {
            var (name, _) = measured.Median.Figures.First();
            yield return new HtmlCard(ReportColumns.Text(measured.Rounds.Average(r => r.Figures.GetValueOrDefault(name))), $"{name}: {measured.Title}");
        }

        yield return new HtmlCard(ReportColumns.Text(run.Errors), "errors", run.Errors > 0 ? "bad" : "good");
        if (run.Thresholds.Count > 0)
        {
            var broken = run.Thresholds.Count(t => !t.IsKept);
            yield return new HtmlCard($"{run.Thresholds.Count - broken} of {run.Thresholds.Count}", "limits kept", broken > 0 ? "bad" : "good");
        }
    }

    private static void Figures(HtmlPage page, LoadRun run)
    {
        var columns = ReportColumns.Of(run);
        page.Section("Figures", () => page.Table(
            ["Case", .. columns.Select(c => "#" + c.Heading)], [.. run.Cases.Select(c => (string[])[c.Title, .. columns.Select(column => column.Cell(c))])]));
    }

    private static void Comparison(HtmlPage page, RunComparison comparison) => page.Section("Comparison: second against first", () =>
    {
        page.Paragraph(HtmlPage.Invariant($"{(comparison.IsPaired ? "Round by round" : "As two samples of rounds")}, {comparison.Confidence * 100:0.#} % confidence, margin {comparison.Margin * 100:0.#} %. Rates and times are divided by each round's yardstick, which says how fast the machine was. Verdicts in colour decide."));
        page.Svg(SvgIntervals.Draw([.. comparison.Metrics.Where(m => m.Change is not null).Select(m => new SvgInterval(
            $"{m.Case}: {m.Metric}", m.Change!.Value, m.Low!.Value, m.High!.Value, !m.IsDecisive ? "var(--before)" : Colour(m.Verdict)))], comparison.Margin));
        page.Table(
            ["Case", "Metric", "#First", "#Second", "#Change", "#Interval", "Verdict"],
            [
                .. comparison.Metrics.Select(m => new[]
                {
                    m.Case, m.Metric, ReportColumns.Text(m.First), ReportColumns.Text(m.Second), RunComparison.Percent(m.Change),
                    m.Low is null ? "" : $"{RunComparison.Percent(m.Low)} to {RunComparison.Percent(m.High)}", RunComparison.Words(m.Verdict) + (m.IsDecisive ? " (decides)" : ""),
                }),
            ]);
    });

    private static string Colour(string verdict) => verdict switch { "worse" => "var(--bad)", "better" => "var(--good)", _ => "var(--after)" };

    private static void Thresholds(HtmlPage page, LoadRun run)
    {
        if (run.Thresholds.Count > 0)
        {
            page.Section("Limits", () => page.Table(
                ["Case", "Limited", "Limit", "#Measured", "Kept"],
                [.. run.Thresholds.Select(t => new[] { t.Case, t.Metric, t.Limit, ReportColumns.Text(t.Measured), t.IsKept ? "yes" : "no" })]));
        }
    }

    private static void Plots(HtmlPage page, LoadRun run)
    {
        var timed = run.Cases.Where(c => c.Median.Latency is not null).ToList();
        if (timed.Count > 0)
        {
            Latencies(page, run, timed);
        }

        var metered = run.Cases.Where(c => c.Median.Components.Count > 0).ToList();
        if (metered.Count > 0)
        {
            page.Section("Processor and memory of each component", () => page.Plots(metered.SelectMany(c => new[]
            {
                ($"{c.Title}: cores", SvgLines.Draw(LoadPlots.Processors(c), "cores", "seconds")),
                ($"{c.Title}: MiB", SvgLines.Draw(LoadPlots.Memory(c), "MiB", "seconds")),
            })));
        }
    }

    private static void Latencies(HtmlPage page, LoadRun run, List<CaseRun> timed)
    {
        page.Section("Latency by percentile", () => page.Plots(timed.Chunk(SvgLines.Colours.Length).Select(group =>
            ("milliseconds, median round", SvgLines.Draw([.. group.Select(c => LoadPlots.Curve(c))], "milliseconds", "percentile", isLogarithmic: true, LoadPlots.PercentileMarks)))));
        page.Section("Over time: all rounds, one after another", () => page.Plots(timed.SelectMany(c => new[]
        {
            ($"{c.Title}: {run.Unit} per second", SvgLines.Draw(LoadPlots.Throughput(c), $"{run.Unit}/s", "seconds")),
            ($"{c.Title}: milliseconds", SvgLines.Draw(LoadPlots.Latencies(c), "milliseconds", "seconds", isLogarithmic: true)),
        })));
    }

    private static void Pictures(HtmlPage page, LoadRun run)
    {
        foreach (var measured in run.Cases.Where(c => c.Picture is { Resources.Count: > 0 }))
        {
            var picture = measured.Picture!;
            page.Section($"Nodes after the last round: {measured.Title}", () =>
            {
                page.Paragraph(HtmlPage.Invariant($"{picture.Nodes:N0} nodes, {picture.Workloads:N0} workloads. Each cell is {(picture.Nodes > ClusterPicture.MostCells ? HtmlPage.Invariant($"the mean of {(picture.Nodes + ClusterPicture.MostCells - 1) / ClusterPicture.MostCells} nodes") : "a node")}, the darker the fuller."));
                page.Table(
                    ["Resource", "#Requested of all, %", "#Fragmented of what is free, %"],
                    [.. picture.Resources.Select(r => new[] { r.Resource, ReportColumns.Text(r.UsedPercent), ReportColumns.Text(r.FragmentedPercent) })]);
                page.Svg(SvgHeatMap.Legend([]));
                page.Plots(picture.Resources.Select(r => (r.Resource, SvgHeatMap.Draw([.. r.CellPercents.Select((p, i) => new HeatCell($"{i}", p / 100.0, "", HtmlPage.Invariant($"{i}: {p} %")))]))));
            });
        }
    }

    private static void Errors(HtmlPage page, LoadRun run)
    {
        var errors = run.Cases.SelectMany(c => c.Rounds.SelectMany(r => r.ErrorReasons.Select(e => (c.Title, e.Key, e.Value)))).GroupBy(e => (e.Title, e.Key)).ToList();
        if (errors.Count > 0)
        {
            page.Section("Errors by reason", () => page.Table(
                ["Case", "Reason", "#Times"], [.. errors.Select(e => new[] { e.Key.Title, e.Key.Key, ReportColumns.Text(e.Sum(x => x.Value)) })]));
        }
    }
}
