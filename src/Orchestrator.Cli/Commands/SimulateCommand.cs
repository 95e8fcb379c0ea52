using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Cli.Manifests;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Output.Html;
using Orchestrator.Cli.WhatIf;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Simulation;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator simulate</c>: what would be, computed on a copy of the cluster by the scheduler's own placement.</summary>
internal static class SimulateCommand
{
    private const int MostAddedNodes = 10_000;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 4 };

    private static readonly Option<string[]> Files = new("--filename", "-f")
    {
        Description = "Manifests to add: pods and what makes pods (Deployments, Jobs, ...), Nodes, classes, budgets; a file, a directory, or -",
        HelpName = "PATH",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<int> AddNodes = new("--add-nodes") { Description = "Nodes to add that are like the one of --like", HelpName = "N" };

    private static readonly Option<string?> Like = new("--like") { Description = "The node, of the cluster or of -f, that added nodes are like", HelpName = "NODE" };

    private static readonly Option<string[]> Drain = NodeNames("--drain", "Nodes to drain: closed and their pods evicted, as far as disruption budgets let them");

    private static readonly Option<string[]> Lose = NodeNames("--lose", "Nodes to lose with all that is on them");

    private static readonly Option<string> Policy = new Option<string>("--policy")
    {
        Description = "How to choose among the nodes that a pod fits",
        DefaultValueFactory = _ => PlacementPolicies.Balanced,
    }.AcceptOnlyFromAmong([.. PlacementPolicies.All.Keys]);

    private static readonly Option<int> Seed = new("--seed") { Description = "Breaks ties: the same question with the same seed has the same answer", HelpName = "N", DefaultValueFactory = _ => 1 };

    private static readonly Option<bool> HowMany = new("--how-many") { Description = "Answer how many more of -f's workload fit, one pod of each manifest making a set" };

    private static readonly Option<int> Limit = new("--limit") { Description = "Most sets that --how-many counts", HelpName = "N", DefaultValueFactory = _ => 100_000 };

    private static readonly Option<bool> Removable = new("--removable") { Description = "Answer which nodes could be taken away, each by itself and all together" };

    private static readonly Option<string> Format = new Option<string>("--output", "-o")
    {
        Description = "Form of the output",
        DefaultValueFactory = _ => "table",
    }.AcceptOnlyFromAmong("table", "json");

    private static readonly Option<string?> Html = new("--html") { Description = "Also write a page with plots", HelpName = "FILE" };

    public static Command Create()
    {
        var command = new Command("simulate", "Show what would be: with more workloads, other nodes or another policy. Changes nothing.")
        {
            Files, AddNodes, Like, Drain, Lose, Policy, Seed, HowMany, Limit, Removable, Format, Html,
        };
        AddNodes.Validators.Add(r => Check(r.GetValueOrDefault<int>() is >= 0 and <= MostAddedNodes, r, $"--add-nodes takes 0 to {MostAddedNodes}"));
        Limit.Validators.Add(r => Check(r.GetValueOrDefault<int>() is >= 1 and <= 1_000_000, r, "--limit takes 1 to 1000000"));
        var source = ClusterSource.AddTo(command);
        command.SetAction((parsed, cancel) => RunAsync(parsed, source, cancel));
        return command.WithExamples(
            "orchestrator simulate -f deployment.yaml",
            "orchestrator simulate --lose node-2 --html page.html",
            "orchestrator simulate -f deployment.yaml --add-nodes 3 --like node-1 --policy most-allocated",
            "orchestrator simulate --how-many -f pod.yaml",
            "orchestrator simulate --removable",
            "orchestrator simulate --save-snapshot cluster.json",
            "orchestrator simulate --snapshot cluster.json --drain node-1 -o json");
    }

    private static Option<string[]> NodeNames(string name, string description) =>
        new(name) { Description = description, HelpName = "NODE", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };

    private static void Check(bool isRight, System.CommandLine.Parsing.OptionResult result, string complaint)
    {
        if (!isRight)
        {
            result.AddError(complaint);
        }
    }

    private static async Task<int> RunAsync(ParseResult parsed, ClusterSource source, CancellationToken cancel)
    {
        CheckTogether(parsed);
        var manifests = ManifestReader.ReadAll(parsed.GetValue(Files)!, Console.In);
        var (objects, ns) = await source.ReadAsync(parsed, cancel);
        var cluster = SimulatedCluster.Of(objects);
        var policy = parsed.GetValue(Policy)!;
        var question = new SimulationQuestion
        {
            Manifests = [.. manifests.Select(m => m.Body)],
            DefaultNamespace = ns,
            AddedNodes = parsed.GetValue(AddNodes),
            Like = parsed.GetValue(Like),
            Drained = parsed.GetValue(Drain)!,
            Lost = parsed.GetValue(Lose)!,
            Policy = policy,
            Profile = PlacementPolicies.All[policy],
            Seed = parsed.GetValue(Seed),
        };
        if (parsed.GetValue(HowMany))
        {
            var capacity = CapacityQuestion.Run(cluster, question, parsed.GetValue(Limit), cancel);
            return Show(parsed, capacity, SimulationJson.Default.CapacityReport, new CapacityView(Terminal.Console).Write, CapacityPage.Write);
        }

        if (parsed.GetValue(Removable))
        {
            var removal = RemovalQuestion.Run(cluster, question, cancel);
            return Show(parsed, removal, SimulationJson.Default.RemovalReport, new RemovalView(Terminal.Console).Write, RemovalPage.Write);
        }

        var simulation = Simulator.Run(cluster, question, cancel);
        return Show(parsed, simulation, SimulationJson.Default.SimulationReport, new SimulationView(Terminal.Console).Write, SimulationPage.Write);
    }

    private static void CheckTogether(ParseResult parsed)
    {
        if (parsed.GetValue(HowMany) && parsed.GetValue(Removable))
        {
            throw new CommandFailedException("--how-many and --removable are two questions: ask one at a time");
        }

        if (parsed.GetValue(HowMany) && parsed.GetValue(Files)!.Length == 0)
        {
            throw new CommandFailedException("--how-many needs -f: the manifest of the workload to count");
        }

        if (parsed.GetValue(AddNodes) > 0 != parsed.GetValue(Like) is not null)
        {
            throw new CommandFailedException("--add-nodes N and --like NODE go together; Nodes of manifests are added by -f alone");
        }
    }

    private static int Show<T>(ParseResult parsed, SimulationAnswer<T> answer, JsonTypeInfo<T> type, Action<T> table, Action<T, TextWriter> page)
        where T : class
    {
        if (answer.Report is not { } report)
        {
            throw new CommandFailedException(string.Join('\n', answer.Errors));
        }

        if (parsed.GetValue(Html) is { } file)
        {
            HtmlFile.Write(file, writer => page(report, writer));
        }

        if (parsed.GetValue(Format) == "json")
        {
            Console.WriteLine(JsonSerializer.SerializeToNode(report, type)!.ToJsonString(Indented));
        }
        else
        {
            table(report);
        }

        return 0;
    }
}
