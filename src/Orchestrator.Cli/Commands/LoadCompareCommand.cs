using System.CommandLine;
using Orchestrator.Cli.LoadTests;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Output.Html;
using Orchestrator.Load.Results;
using Orchestrator.Load.Scenarios;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator load compare</c>: whether a second run is better or worse than a first, or whether no difference is shown.</summary>
internal static class LoadCompareCommand
{
    public static Command Create()
    {
        var first = new Argument<string>("FIRST") { Description = "JSON report of the first run" };
        var second = new Argument<string?>("SECOND") { Description = "JSON report of the second; without it the first has two variants", Arity = ArgumentArity.ZeroOrOne };
        var margin = new Option<double>("--margin") { Description = "Changes below this many percent do not matter", HelpName = "PERCENT", DefaultValueFactory = _ => RunComparison.DefaultMargin * 100 };
        var confidence = new Option<double>("--confidence") { Description = "Of the verdicts, in percent", HelpName = "PERCENT", DefaultValueFactory = _ => RunComparison.DefaultConfidence * 100 };
        margin.Validators.Add(r => Check(r, "--margin", 0, 99));
        confidence.Validators.Add(r => Check(r, "--confidence", 50, 99.999));
        var html = new Option<string?>("--html") { Description = "Also write a page", HelpName = "FILE" };
        var format = new Option<string>("--output", "-o") { Description = "Form of the output", DefaultValueFactory = _ => "table" }.AcceptOnlyFromAmong("table", "json", "markdown");
        var command = new Command("compare", "Compare two runs, or the two variants of one. Exit code 1 where the second is worse.") { first, second, margin, confidence, html, format };
        command.SetAction(parsed =>
        {
            try
            {
                var comparison = Compare(parsed.GetRequiredValue(first), parsed.GetValue(second), parsed.GetValue(margin) / 100, parsed.GetValue(confidence) / 100);
                Show(comparison, parsed.GetValue(format)!, parsed.GetValue(html), $"{parsed.GetValue(second) ?? "second variant"} against {parsed.GetRequiredValue(first)}");
                return comparison.IsWorse ? 1 : 0;
            }
            catch (LoadException error)
            {
                throw new CommandFailedException(error.Message, error);
            }
        });
        return command.WithExamples("orchestrator load compare before.json after.json", "orchestrator load compare before.json after.json --margin 2 -o markdown");
    }

    private static RunComparison Compare(string first, string? second, double margin, double confidence)
    {
        var run = ReportFiles.Read(first);
        if (second is not null)
        {
            return RunComparison.OfRuns(run, ReportFiles.Read(second), margin, confidence);
        }

        return run.Versus is not null
            ? RunComparison.OfVariants(run, margin, confidence)
            : throw new CommandFailedException($"{first} has one variant only: name a second report, or run with --versus");
    }

    private static void Show(RunComparison comparison, string format, string? html, string title)
    {
        switch (format)
        {
            case "json":
                Console.WriteLine(comparison.ToJson());
                break;
            case "markdown":
                Console.WriteLine(string.Join('\n', comparison.ToMarkdown()));
                break;
            default:
                new LoadView(Terminal.Console).Write(comparison);
                break;
        }

        if (html is not null)
        {
            HtmlFile.Write(html, writer => LoadPage.Write(comparison, "Comparison of load tests", title, writer));
        }
    }

    private static void Check(System.CommandLine.Parsing.OptionResult result, string name, double least, double most)
    {
        if (result.GetValueOrDefault<double>() is var value && (value < least || value > most))
        {
            result.AddError(FormattableString.Invariant($"{name} takes {least} to {most}"));
        }
    }
}
