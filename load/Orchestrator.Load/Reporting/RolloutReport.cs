using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Orchestrator.Load.Reporting;

/// <summary>One thing done to all Deployments.</summary>
/// <param name="Phase">What: created, rolled out, deleted.</param>
/// <param name="Seconds">Until the last pod was as it should be.</param>
/// <param name="WritesPerPod">Commits to the store, of everybody, for each pod.</param>
/// <param name="ServerCpuMilliseconds">CPU time of the server and its PostgreSQL for each pod; null where it is not known.</param>
internal sealed record RolloutRow(string Phase, double Seconds, double WritesPerPod, double? ServerCpuMilliseconds);

/// <summary>What Deployments cost.</summary>
internal sealed record RolloutReport(int Deployments, int Replicas, int Nodes, IReadOnlyList<RolloutRow> Rows)
{
    public IEnumerable<string> ToMarkdown() =>
    [
        $"| {Deployments:N0} Deployments of {Replicas} on {Nodes:N0} nodes | seconds | pods/s | writes per pod | server CPU ms per pod |",
        "|---|---|---|---|---|",
        .. Rows.Select(r => string.Create(
            CultureInfo.InvariantCulture, $"| {r.Phase} | {r.Seconds:0.0} | {Pods / r.Seconds:N0} | {r.WritesPerPod:0.0} | {r.ServerCpuMilliseconds ?? 0:0.00} |")),
    ];

    private double Pods => (double)Deployments * Replicas;

    public void Print(ReportFormat format)
    {
        if (format == ReportFormat.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(this, RolloutReportJson.Default.RolloutReport));
            return;
        }

        var table = new Table().Title($"{Deployments} Deployments of {Replicas} on {Nodes} nodes").AddColumns("phase", "seconds", "pods/s", "writes per pod", "server CPU ms per pod");
        foreach (var row in Rows)
        {
            table.AddRow(row.Phase, $"{row.Seconds:0.0}", $"{Pods / row.Seconds:0}", $"{row.WritesPerPod:0.0}", row.ServerCpuMilliseconds is { } cpu ? $"{cpu:0.00}" : "");
        }

        AnsiConsole.Write(table);
    }
}

[JsonSerializable(typeof(RolloutReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class RolloutReportJson : JsonSerializerContext;
