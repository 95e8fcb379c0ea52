using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Load.Reporting;
using Orchestrator.Load.Servers;
using Spectre.Console;

namespace Orchestrator.Load.Scenarios;

/// <summary>Memory of a server that holds a cluster.</summary>
internal sealed record MemoryReport(int Nodes, int Pods, double ServerMebibytes, double DatabaseMebibytes)
{
    public IEnumerable<string> ToMarkdown() =>
    [
        "| nodes | pods | server MiB | PostgreSQL MiB | all MiB |",
        "|---|---|---|---|---|",
        string.Create(CultureInfo.InvariantCulture, $"| {Nodes:N0} | {Pods:N0} | {ServerMebibytes:N0} | {DatabaseMebibytes:N0} | {ServerMebibytes + DatabaseMebibytes:N0} |"),
    ];

    public void Print(ReportFormat format)
    {
        if (format == ReportFormat.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(this, MemoryReportJson.Default.MemoryReport));
            return;
        }

        var table = new Table().Title("memory: proportional set size").AddColumns("nodes", "pods", "server MiB", "PostgreSQL MiB", "all MiB");
        table.AddRow($"{Nodes}", $"{Pods}", $"{ServerMebibytes:0}", $"{DatabaseMebibytes:0}", $"{ServerMebibytes + DatabaseMebibytes:0}");
        AnsiConsole.Write(table);
    }
}

[JsonSerializable(typeof(MemoryReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class MemoryReportJson : JsonSerializerContext;

/// <summary><c>orchestrator-load memory</c>: memory of the control plane and its database with a cluster of nodes and pods in it.</summary>
internal static class MemoryScenario
{
    private const int Nodes = 5000;
    private const int Pods = 10_000;
    private const double Mebibyte = 1024 * 1024;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);

    public static Command Create()
    {
        var nodes = new Option<int>("--nodes") { Description = "Nodes to create.", DefaultValueFactory = _ => Nodes };
        var pods = new Option<int>("--pods") { Description = "Pods to create, bound to the nodes.", DefaultValueFactory = _ => Pods };
        var output = new Option<ReportFormat>("--output", "-o") { Description = "How the report is printed.", DefaultValueFactory = _ => ReportFormat.Table };
        var command = new Command("memory", "Memory of the server and its PostgreSQL with a cluster in it.") { nodes, pods, output };
        command.SetAction(async (parsed, cancel) =>
        {
            (await MeasureAsync(parsed.GetValue(nodes), parsed.GetValue(pods), cancel)).Print(parsed.GetValue(output));
            return 0;
        });
        return command;
    }

    public static Task<MemoryReport> MeasureAsync(CancellationToken cancel) => MeasureAsync(Nodes, Pods, cancel);

    private static async Task<MemoryReport> MeasureAsync(int nodes, int pods, CancellationToken cancel)
    {
        await using var server = await ServerProcess.StartAsync(cancel);
        await Population.CreateNodesAsync(server, nodes, cancel);
        await Population.CreatePodsAsync(server, pods, nodes, cancel);
        await Task.Delay(Settling, cancel);
        var (own, database) = server.Memory;
        return new MemoryReport(nodes, pods, own / Mebibyte, database / Mebibyte);
    }
}
