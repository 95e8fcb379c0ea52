using System.Globalization;
using Orchestrator.Scheduling.Simulation;
using Spectre.Console;

namespace Orchestrator.Cli.WhatIf;

/// <summary>Shows a <see cref="RemovalReport"/> to people.</summary>
internal sealed class RemovalView(IAnsiConsole console)
{
    private const int MostRows = 40;

    public void Write(RemovalReport report)
    {
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[bold]{UseTable.Plural(report.Together.Count, "node")} could be taken away together[/]{(report.Together.Count > 0 ? ": " + string.Join(", ", report.Together) : "")} (policy {report.Policy}, seed {report.Seed}).");
        SimulationView.WriteNotes(console, report.Notes);
        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]Each by itself[/]");
        var table = UseTable.Plain("Node", "Removable", "Pods to move", "Why not, or where to");
        foreach (var node in report.Nodes.OrderBy(n => n.Removable ? 0 : 1).Take(MostRows).OrderBy(n => n.Node, StringComparer.Ordinal))
        {
            table.AddRow(
                new Text(node.Node),
                new Text(node.Removable ? "yes" : "no"),
                new Text(node.Removable ? UseTable.Number(node.Moves.Count) : ""),
                new Text(node.Obstacle ?? Where(node.Moves)));
        }

        console.Write(table);
        if (report.Nodes.Count > MostRows)
        {
            console.MarkupLineInterpolated($"[grey]  ... and {UseTable.Number(report.Nodes.Count - MostRows)} more: -o json shows all.[/]");
        }

        console.WriteLine();
        UseTable.Write(console, report.Resources, "Now", "Without them");
    }

    private static string Where(IReadOnlyList<PodMove> moves)
    {
        var nodes = moves.GroupBy(m => m.Node).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).ToList();
        return string.Join(", ", nodes.Take(5).Select(n => $"{n.Key} x{UseTable.Number(n.Count())}")) + (nodes.Count > 5 ? " ..." : "");
    }
}
