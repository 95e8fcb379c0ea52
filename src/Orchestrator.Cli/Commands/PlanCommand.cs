using System.CommandLine;
using System.Text.Json;
using Orchestrator.Cli.Manifests;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Output.Html;
using Orchestrator.Cli.WhatIf;
using Orchestrator.Scheduling.Planning;
using Orchestrator.Scheduling.Simulation;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator plan</c>: moves that would better the cluster, computed and shown.</summary>
internal static class PlanCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 4 };

    public static Command Create() => new Command("plan", "Plan moves of workloads, and show them; nothing is moved.")
    {
        Goal(
            PlanGoals.Rebalance,
            "Move workloads from the fullest nodes to the emptiest.",
            "orchestrator plan rebalance",
            "orchestrator plan rebalance --tolerance 5 --max-moves 10 -o json"),
        Goal(
            PlanGoals.Defragment,
            "Empty as many nodes as can be.",
            "orchestrator plan defragment --html plan.html",
            "orchestrator plan defragment --snapshot cluster.json --fill 80"),
        Goal(
            PlanGoals.MakeRoom,
            "Move workloads so that pods fit that fit nowhere: those that wait, and those of -f.",
            "orchestrator plan make-room",
            "orchestrator plan make-room -f pod.yaml"),
    };

    private static Command Goal(string goal, string description, params string[] examples)
    {
        var mostMoves = new Option<int>("--max-moves") { Description = "Most moves of the plan", HelpName = "N", DefaultValueFactory = _ => 100 };
        mostMoves.Validators.Add(r => Complain(r, r.GetValueOrDefault<int>() is >= 1 and <= 10_000, "--max-moves takes 1 to 10000"));
        var tolerance = Percentage("--tolerance", "Percentage points above the mean from which on a node gives workloads away", 10);
        var fill = Percentage("--fill", "Percent of a node up to which it is filled", 90);
        var files = new Option<string[]>("--filename", "-f")
        {
            Description = "Manifests of pods that are to fit: a file, a directory, or -",
            HelpName = "PATH",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var format = new Option<string>("--output", "-o") { Description = "Form of the output", DefaultValueFactory = _ => "table" }.AcceptOnlyFromAmong("table", "json");
        var html = new Option<string?>("--html") { Description = "Also write a page with plots", HelpName = "FILE" };
        var command = new Command(goal, description) { mostMoves, format, html };
        switch (goal)
        {
            case PlanGoals.Rebalance:
                command.Add(tolerance);
                break;
            case PlanGoals.Defragment:
                command.Add(fill);
                break;
            default:
                command.Add(files);
                break;
        }

        var source = ClusterSource.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var manifests = goal == PlanGoals.MakeRoom ? ManifestReader.ReadAll(parsed.GetValue(files)!, Console.In) : [];
            var (objects, ns) = await source.ReadAsync(parsed, cancel);
            var options = new PlanOptions { MostMoves = parsed.GetValue(mostMoves) };
            options = goal switch
            {
                PlanGoals.Rebalance => options with { Tolerance = parsed.GetValue(tolerance) / 100 },
                PlanGoals.Defragment => options with { FullShare = parsed.GetValue(fill) / 100 },
                _ => options,
            };
            var question = new SimulationQuestion { Manifests = [.. manifests.Select(m => m.Body)], DefaultNamespace = ns };
            var answer = MovePlanner.Plan(SimulatedCluster.Of(objects), goal, question, options, cancel);
            var plan = answer.Report ?? throw new CommandFailedException(string.Join('\n', answer.Errors));
            Show(plan, parsed.GetValue(format)!, parsed.GetValue(html));
            return 0;
        });
        return command.WithExamples(examples);
    }

    private static Option<double> Percentage(string name, string description, double absent)
    {
        var option = new Option<double>(name) { Description = description, HelpName = "PERCENT", DefaultValueFactory = _ => absent };
        option.Validators.Add(r => Complain(r, r.GetValueOrDefault<double>() is >= 0 and <= 100, $"{name} takes 0 to 100"));
        return option;
    }

    private static void Complain(System.CommandLine.Parsing.OptionResult result, bool isRight, string complaint)
    {
        if (!isRight)
        {
            result.AddError(complaint);
        }
    }

    private static void Show(MovePlan plan, string format, string? html)
    {
        if (html is not null)
        {
            HtmlFile.Write(html, writer => PlanPage.Write(plan, writer));
        }

        if (format == "json")
        {
            Console.WriteLine(JsonSerializer.SerializeToNode(plan, MovePlanJson.Default.MovePlan)!.ToJsonString(Indented));
        }
        else
        {
            new PlanView(Terminal.Console).Write(plan);
        }
    }
}
