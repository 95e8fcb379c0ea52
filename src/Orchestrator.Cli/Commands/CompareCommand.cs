using System.CommandLine;
using System.Text.Json;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Output.Html;
using Orchestrator.Cli.RuntimeComparison;
using Spectre.Console;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator compare runtimes</c>: virtual machines and containers, measured side by side.</summary>
internal static class CompareCommand
{
    public static Command Create() => new Command("compare", "Compare what nodes can do.") { Runtimes() };

    private static Command Runtimes()
    {
        var node = new Option<string?>("--node") { Description = "The node, which must be this machine; by default the first", HelpName = "NAME" };
        var starts = new Option<int>("--starts") { Description = "Times that the workload is started under each runtime", HelpName = "N", DefaultValueFactory = _ => 5 };
        starts.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 100)
            {
                r.AddError("--starts takes 1 to 100");
            }
        });
        var format = new Option<string>("--output", "-o") { Description = "Form of the output", DefaultValueFactory = _ => "table" }.AcceptOnlyFromAmong("table", "json", "markdown");
        var html = new Option<string?>("--html") { Description = "Also write a page with plots", HelpName = "FILE" };
        var command = new Command("runtimes", "Run the same workload on this machine and under every runtime of its node, and show time to start, sizes, overhead, speed and isolation.") { node, starts, format, html };
        var client = ClientOptions.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var api = client.Open(parsed);
            var bench = new RuntimeBench(api, parsed.GetValue(starts), Console.Error.WriteLine);
            var nodes = await bench.NodesAsync(cancel);
            var chosen = parsed.GetValue(node) ?? (nodes.Count > 0 ? nodes[0] : throw new CommandFailedException("the cluster has no node"));
            if (!nodes.Contains(chosen))
            {
                throw new CommandFailedException($"there is no node '{chosen}': {string.Join(", ", nodes)}");
            }

            var report = await bench.RunAsync(chosen, cancel);
            Show(report, parsed.GetValue(format)!);
            if (parsed.GetValue(html) is { } file)
            {
                HtmlFile.Write(file, writer => RuntimePage.Write(report, writer));
            }

            return report.Runtimes.Any(r => r.Failure is not null) ? 1 : 0;
        });
        return command.WithExamples("orchestrator compare runtimes", "orchestrator compare runtimes --starts 10 --html runtimes.html");
    }

    private static void Show(RuntimeReport report, string format)
    {
        var rows = RuntimeRows.Of(report);
        switch (format)
        {
            case "json":
                Console.WriteLine(JsonSerializer.Serialize(report, RuntimeReportJson.Default.RuntimeReport));
                return;
            case "markdown":
                Console.WriteLine($"| | {string.Join(" | ", report.Runtimes.Select(r => r.RuntimeClass))} |");
                Console.WriteLine($"|---|{string.Concat(report.Runtimes.Select(_ => "---|"))}");
                foreach (var (question, answers) in rows)
                {
                    Console.WriteLine($"| {question} | {string.Join(" | ", answers)} |");
                }

                return;
        }

        var table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape($"the same workload under every runtime of {report.Node}"));
        table.AddColumn("");
        foreach (var runtime in report.Runtimes)
        {
            table.AddColumn(Markup.Escape(runtime.RuntimeClass));
        }

        foreach (var (question, answers) in rows)
        {
            table.AddRow([Markup.Escape(question), .. answers.Select(Markup.Escape)]);
        }

        Terminal.Console.Write(table);
    }
}
