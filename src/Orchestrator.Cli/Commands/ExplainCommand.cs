using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Output;
using Orchestrator.Scheduling.Explanations;
using Spectre.Console;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator explain pod/NAME</c>: why a workload is where it is, or why it is nowhere.</summary>
internal static class ExplainCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 4 };

    private static readonly Argument<string> Workload = new("WORKLOAD") { Description = "pod/NAME, or just NAME" };

    private static readonly Option<string?> Node = new("--node") { Description = "What the scheduler says of this node now, whichever node was chosen", HelpName = "NAME" };

    private static readonly Option<string> Format = new Option<string>("--output", "-o")
    {
        Description = "Form of the output",
        DefaultValueFactory = _ => "table",
    }.AcceptOnlyFromAmong("table", "json");

    public static Command Create()
    {
        var command = new Command("explain", "Show why a workload was placed where it is, or what would make a pending one fit.") { Workload, Node, Format };
        var client = ClientOptions.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var connection = client.Open(parsed);
            var ns = client.Namespace(parsed, connection);
            var node = parsed.GetValue(Node);
            var explanation = await ReadAsync(connection, ns, PodName(parsed.GetRequiredValue(Workload)), node, cancel);
            if (parsed.GetValue(Format) == "json")
            {
                Console.WriteLine(explanation.ToJsonString(Indented));
            }
            else if (node is not null)
            {
                new NodeExplanationView(Terminal.Console).Write(explanation.Deserialize(ExplanationJson.Default.NodeExplanation)!);
            }
            else
            {
                new ExplanationView(Terminal.Console).Write(Typed(explanation));
            }

            return 0;
        });
        return command.WithExamples(
            "orchestrator explain pod/hello",
            "orchestrator explain hello-vm --node lab-1",
            "orchestrator explain pod/hello -o json");
    }

    /// <summary>Prints the explanation of one pod to <paramref name="console"/>.</summary>
    public static async Task ShowAsync(ApiConnection connection, string ns, string pod, IAnsiConsole console, CancellationToken cancel) =>
        new ExplanationView(console).Write(Typed(await ReadAsync(connection, ns, pod, null, cancel)));

    private static Task<JsonObject> ReadAsync(ApiConnection connection, string ns, string pod, string? node, CancellationToken cancel) => connection.GetAsync(
        $"/api/v1/namespaces/{Uri.EscapeDataString(ns)}/pods/{Uri.EscapeDataString(pod)}/explanation{(node is null ? "" : $"?node={Uri.EscapeDataString(node)}")}",
        "application/json",
        cancel);

    private static PlacementExplanation Typed(JsonObject explanation) => explanation.Deserialize(ExplanationJson.Default.PlacementExplanation)!;

    private static string PodName(string workload)
    {
        var slash = workload.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return workload;
        }

        return workload[..slash].ToLowerInvariant() is "pod" or "pods" or "po"
            ? workload[(slash + 1)..]
            : throw new CommandFailedException($"'{workload}': placements are decided for pods; write pod/NAME");
    }
}
