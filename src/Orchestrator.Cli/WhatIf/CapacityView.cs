using System.Globalization;
using Orchestrator.Scheduling.Simulation;
using Spectre.Console;

namespace Orchestrator.Cli.WhatIf;

/// <summary>Shows a <see cref="CapacityReport"/> to people.</summary>
internal sealed class CapacityView(IAnsiConsole console)
{
    private const int MostRows = 40;

    public void Write(CapacityReport report)
    {
        var what = report.Workloads.Count == 1 ? $"pods of {report.Workloads[0]}" : $"sets of {string.Join(", ", report.Workloads)}";
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[bold]{(report.StoppedAtLimit ? "At least " : "")}{UseTable.Number(report.Count)} more {what} fit[/] (policy {report.Policy}, seed {report.Seed}).");
        SimulationView.WriteNotes(console, report.Notes);
        console.WriteLine();
        if (report.Nodes.Count > 0)
        {
            var table = UseTable.Plain("Node", "Pods");
            foreach (var node in report.Nodes.OrderByDescending(n => n.Pods).Take(MostRows).OrderBy(n => n.Name, StringComparer.Ordinal))
            {
                table.AddRow(new Text(node.Name), new Text(UseTable.Number(node.Pods)));
            }

            console.Write(table);
            if (report.Nodes.Count > MostRows)
            {
                console.MarkupLineInterpolated($"[grey]  ... and {UseTable.Number(report.Nodes.Count - MostRows)} more nodes: -o json shows all.[/]");
            }

            console.WriteLine();
        }

        if (report.Obstacle is { } obstacle)
        {
            console.MarkupLineInterpolated($"The next one, {obstacle.Pod}, fits nowhere: {obstacle.Message}");
            foreach (var remedy in obstacle.Remedies)
            {
                console.MarkupLineInterpolated($"  would fit with: {remedy}");
            }

            console.WriteLine();
        }

        UseTable.Write(console, report.Resources, "Now", "With them");
    }
}
