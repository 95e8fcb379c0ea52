using System.CommandLine;
using System.Text.Json.Nodes;
using Orchestrator.Cli.LoadTests;
using Orchestrator.Cli.Output;
using Orchestrator.Load.Results;
using Orchestrator.Load.Scenarios;
using Orchestrator.Load.Servers;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator load</c>: load tests of the scheduler, of a server of their own, and of the lab.</summary>
internal static class LoadCommand
{
    private static readonly Argument<string> Name = new("SCENARIO")
    {
        Description = $"A scenario's file, or one of: {string.Join(", ", ReadyMade.Names)}",
    };

    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "Change a field of the scenario: rounds=5, nodes[0].count=100, policy=most-allocated. May be repeated",
        HelpName = "PATH=VALUE",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string[]> Versus = new("--versus")
    {
        Description = "Measure a second variant with this field changed too, by turns with the first, and compare them round by round. May be repeated",
        HelpName = "PATH=VALUE",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<int?> Rounds = new("--rounds") { Description = "Rounds of each case; the median is reported", HelpName = "N" };

    private static readonly Option<string?> Duration = new("--duration") { Description = "Of a round: 5s, 2m", HelpName = "TIME" };

    private static readonly Option<string?> WarmUp = new("--warm-up") { Description = "Load before each case that is not counted", HelpName = "TIME" };

    private static readonly Option<string?> Only = new("--case") { Description = "Only cases whose name contains this", HelpName = "TEXT" };

    private static readonly Option<string?> Data = new("--data") { Description = "Directory of the files of traces", HelpName = "DIR" };

    private static readonly Option<string?> Report = new("--report") { Description = "Write the report into this directory: NAME.html, NAME.md, NAME.json, NAME.csv", HelpName = "DIR" };

    private static readonly Option<string?> Page = new("--write") { Description = "Rewrite the table of the scenario in this page, where <!-- figures: NAME --> marks its place", HelpName = "FILE" };

    private static readonly Option<string> Format = new Option<string>("--output", "-o")
    {
        Description = "Form of the output",
        DefaultValueFactory = _ => "table",
    }.AcceptOnlyFromAmong("table", "json", "markdown", "csv");

    public static Command Create()
    {
        var command = new Command("load", "Load-test placement, a server or the lab by a scenario, and report figures. Exit code 1 where operations failed or a limit was not kept.")
        {
            Name, Set, Versus, Rounds, Duration, WarmUp, Only, Data, Report, Page, Format,
            Scenarios(),
            LoadCompareCommand.Create(),
        };
        var client = ClientOptions.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            try
            {
                return await RunAsync(parsed, client, cancel);
            }
            catch (Exception error) when (error is LoadException or IOException or HttpRequestException)
            {
                throw new CommandFailedException(error.Message, error);
            }
        });
        return command.WithExamples(
            "orchestrator load scenarios",
            "orchestrator load placement-core --report ./report",
            "orchestrator load bind --set nodes[0].count=1000 --rounds 3",
            "orchestrator load placement-core --case \"simple, 5,000\" --rounds 20 --duration 1s --versus policy=most-allocated",
            "orchestrator load compare before.json after.json");
    }

    private static Command Scenarios()
    {
        var name = new Argument<string?>("NAME") { Description = "Print this one, to make one's own from it", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("scenarios", "List the ready-made scenarios, or print one.") { name };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is { } wanted)
            {
                using var text = ReadyMade.Open(wanted) ?? throw new CommandFailedException($"there is no scenario '{wanted}': {string.Join(", ", ReadyMade.Names)}");
                Console.Write(text.ReadToEnd());
                return 0;
            }

            var width = ReadyMade.Names.Max(n => n.Length) + 3;
            foreach (var ready in ReadyMade.Names)
            {
                Console.WriteLine(ready.PadRight(width) + ScenarioSource.Read(ready, ScenarioSource.Open(ready)).Description);
            }

            return 0;
        });
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, ClientOptions client, CancellationToken cancel)
    {
        // One thread serves all connections, as it does in load generators that are made for it: nothing here blocks, and a hop to the thread pool for each
        // answer is taken from the server, which is on the same cores. Read when the first socket is made.
        Environment.SetEnvironmentVariable(ProgramProcess.InlineCompletions, "1");

        var name = parsed.GetRequiredValue(Name);
        var source = ScenarioSource.Open(name);
        Change(source, parsed);
        var scenario = Filtered(ScenarioSource.Read(name, source), parsed.GetValue(Only));
        Scenario? second = null;
        if (parsed.GetValue(Versus)! is { Length: > 0 } changes)
        {
            var other = source.DeepClone().AsObject();
            Array.ForEach(changes, c => ScenarioSource.Set(other, c));
            second = Filtered(ScenarioSource.Read(name, other), parsed.GetValue(Only));
            if (second.Cases.Count != scenario.Cases.Count || second.Measure != scenario.Measure)
            {
                throw new CommandFailedException("--versus: both variants must have the same measure and the same cases");
            }
        }

        var progress = new LiveProgress(Console.Error, !Console.IsErrorRedirected);
        var context = new LoadContext(parsed.GetValue(Data), scenario.Measure == Measures.Start ? client.Access(parsed) : null);
        var run = await new ScenarioRunner(context, TimeProvider.System, progress.Report).RunAsync(scenario, second, cancel);
        Show(run, parsed);
        return run.HasFailed ? 1 : 0;
    }

    private static void Change(JsonObject source, ParseResult parsed)
    {
        Array.ForEach(parsed.GetValue(Set)!, c => ScenarioSource.Set(source, c));
        if (parsed.GetValue(Rounds) is { } rounds)
        {
            source["rounds"] = rounds;
        }

        foreach (var (field, option) in ((string, Option<string?>)[])[("duration", Duration), ("warmUp", WarmUp)])
        {
            if (parsed.GetValue(option) is { } text)
            {
                source[field] = text;
            }
        }
    }

    private static Scenario Filtered(Scenario scenario, string? only)
    {
        if (only is null)
        {
            return scenario;
        }

        CaseSpec[] cases = [.. scenario.Cases.Where(c => c.Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
        return cases.Length > 0 ? scenario with { Cases = cases } : throw new CommandFailedException($"--case: no case's name contains '{only}': {string.Join("; ", scenario.Cases.Select(c => c.Name))}");
    }

    private static void Show(LoadRun run, ParseResult parsed)
    {
        switch (parsed.GetValue(Format))
        {
            case "json":
                Console.WriteLine(run.ToJson());
                break;
            case "markdown":
                Console.WriteLine(string.Join('\n', MarkdownReport.Whole(run)));
                break;
            case "csv":
                Console.WriteLine(string.Join('\n', CsvReport.Lines(run)));
                break;
            default:
                var view = new LoadView(Terminal.Console);
                view.Write(run);
                if (run.Versus is not null)
                {
                    view.Write(RunComparison.OfVariants(run));
                }

                break;
        }

        if (parsed.GetValue(Report) is { } directory)
        {
            Console.Error.WriteLine("written: " + string.Join(", ", ReportFiles.WriteAll(directory, run)));
        }

        if (parsed.GetValue(Page) is { } page)
        {
            FiguresPage.Write(new FileInfo(page), run.Scenario, MarkdownReport.Table(run));
        }
    }
}
