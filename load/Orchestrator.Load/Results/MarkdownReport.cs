using System.Globalization;

namespace Orchestrator.Load.Results;

/// <summary>A run as Markdown: the table that pages of figures show, and the whole report around it.</summary>
internal static class MarkdownReport
{
    /// <summary>The table of cases, of the median round of each.</summary>
    public static IReadOnlyList<string> Table(LoadRun run)
    {
        var columns = ReportColumns.Of(run);
        return
        [
            $"| case | {string.Join(" | ", columns.Select(c => c.Heading))} |",
            $"|---|{string.Concat(columns.Select(_ => "---|"))}",
            .. run.Cases.Select(c => $"| {c.Title} | {string.Join(" | ", columns.Select(column => column.Cell(c)))} |"),
        ];
    }

    public static IEnumerable<string> Whole(LoadRun run)
    {
        yield return $"# {run.Scenario}";
        yield return "";
        yield return run.Description;
        yield return "";
        yield return $"{run.Machine}.";
        yield return string.Create(CultureInfo.InvariantCulture, $"Begun {run.StartedAt:yyyy-MM-dd HH:mm:ss} UTC, {run.DurationSeconds:0} s; seed {run.Seed}, policy {run.Policy}; median of {run.Cases.Max(c => c.Rounds.Count)} rounds.");
        yield return "";
        foreach (var line in Table(run))
        {
            yield return line;
        }

        var errors = run.Cases.SelectMany(c => c.Rounds.SelectMany(r => r.ErrorReasons.Select(e => (c.Title, e.Key, e.Value)))).GroupBy(e => (e.Title, e.Key)).ToList();
        if (errors.Count > 0)
        {
            yield return "";
            yield return "| case | error | times |";
            yield return "|---|---|---|";
            foreach (var error in errors)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"| {error.Key.Title} | {error.Key.Key} | {error.Sum(e => e.Value):N0} |");
            }
        }

        if (run.Thresholds.Count > 0)
        {
            yield return "";
            yield return "| case | limited | limit | measured | kept |";
            yield return "|---|---|---|---|---|";
            foreach (var t in run.Thresholds)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"| {t.Case} | {t.Metric} | {t.Limit} | {t.Measured:0.###} | {(t.IsKept ? "yes" : "**no**")} |");
            }
        }

        if (run.Versus is not null)
        {
            yield return "";
            foreach (var line in RunComparison.OfVariants(run).ToMarkdown())
            {
                yield return line;
            }
        }
    }
}
