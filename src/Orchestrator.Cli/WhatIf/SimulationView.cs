using System.Globalization;
using Orchestrator.Scheduling.Simulation;
using Spectre.Console;

namespace Orchestrator.Cli.WhatIf;

/// <summary>Shows a <see cref="SimulationReport"/> to people. Rows are limited; JSON has them all.</summary>
internal sealed class SimulationView(IAnsiConsole console)
{
    private const int MostRows = 40;

    public void Write(SimulationReport report)
    {
        WriteSummary(report);
        WritePlaced(report.Placements);
        WritePending(report.Pending);
        WriteDepartures(report.Departures);
        UseTable.Write(console, report.Resources);
        WriteNodes(console, report.Nodes);
    }

    /// <summary>What the report takes for granted.</summary>
    public static void WriteNotes(IAnsiConsole console, IReadOnlyList<string> notes)
    {
        foreach (var note in notes)
        {
            console.MarkupLineInterpolated($"[grey]Note: {note}.[/]");
        }
    }

    /// <summary>How nodes change; where there are many, those that do.</summary>
    public static void WriteNodes(IAnsiConsole console, IReadOnlyList<NodeChange> nodes)
    {
        if (nodes.Count == 0)
        {
            return;
        }

        console.MarkupLineInterpolated($"[bold]Nodes[/]");
        var table = UseTable.Plain("Node", "Change", "Pods", "cpu", "memory");

        // The nodes that change come first where not all are shown.
        var shown = nodes.OrderBy(n => n.Change is null && n.PodsBefore == n.PodsAfter ? 1 : 0).Take(MostRows).OrderBy(n => n.Name, StringComparer.Ordinal);
        foreach (var node in shown)
        {
            table.AddRow(
                new Text(node.Name),
                new Text(node.Change ?? ""),
                new Text(node.PodsBefore == node.PodsAfter ? UseTable.Number(node.PodsAfter) : $"{UseTable.Number(node.PodsBefore)} -> {UseTable.Number(node.PodsAfter)}"),
                new Text(Use(node, "cpu")),
                new Text(Use(node, "memory")));
        }

        Finish(console, table, nodes.Count);
    }

    private void WriteSummary(SimulationReport report)
    {
        var placed = UseTable.Plural(report.Placements.Count, "pod");
        var pending = UseTable.Number(report.Pending.Count);
        var gone = report.Departures.Count(d => d.Gone);
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[bold]{placed} placed[/], {pending} fit nowhere{(gone > 0 ? $", {UseTable.Number(gone)} gone for good" : "")}. Policy {report.Policy}, seed {report.Seed}.");
        WriteNotes(console, report.Notes);
        console.WriteLine();
    }

    private void WritePlaced(IReadOnlyList<PlacedAnswer> placements)
    {
        if (placements.Count == 0)
        {
            return;
        }

        console.MarkupLineInterpolated($"[bold]Placed[/]");
        var table = UseTable.Plain("Workload", "Why", "Pods", "Nodes");
        var groups = placements.GroupBy(p => (Workload: Owner(p.Pod, p.Workload), p.Origin, p.From)).ToList();
        foreach (var group in groups.Take(MostRows))
        {
            table.AddRow(
                new Text(group.Key.Workload),
                new Text(group.Key.From is { } from ? $"{group.Key.Origin}, from {from}" : group.Key.Origin),
                new Text(UseTable.Number(group.Count())),
                new Text(Nodes(group)));
        }

        Finish(console, table, groups.Count);
        foreach (var preemptor in placements.Where(p => p.Victims is not null).Take(MostRows))
        {
            console.MarkupLineInterpolated($"  {preemptor.Pod} takes the place of {string.Join(", ", preemptor.Victims!)} on {preemptor.Node}");
        }
    }

    private void WritePending(IReadOnlyList<PendingAnswer> pending)
    {
        if (pending.Count == 0)
        {
            return;
        }

        console.MarkupLineInterpolated($"[bold red]Fit nowhere[/]");
        var groups = pending.GroupBy(p => (Workload: Owner(p.Pod, p.Workload), p.Origin, p.Message)).ToList();
        foreach (var group in groups.Take(MostRows))
        {
            var count = group.Count() == 1 ? "" : $" ({UseTable.Number(group.Count())} pods)";
            console.MarkupLineInterpolated($"  [bold]{group.Key.Workload}[/]{count}: {group.Key.Message}");
            foreach (var remedy in group.First().Remedies)
            {
                console.MarkupLineInterpolated($"    would fit with: {remedy}");
            }
        }

        More(console, groups.Count);
        console.WriteLine();
    }

    private void WriteDepartures(IReadOnlyList<DepartureAnswer> departures)
    {
        if (departures.Count == 0)
        {
            return;
        }

        console.MarkupLineInterpolated($"[bold yellow]Gone for good, or kept[/]");
        foreach (var departure in departures.Take(MostRows))
        {
            console.MarkupLineInterpolated($"  {departure.Pod} on {departure.Node}: {departure.Reason}");
        }

        More(console, departures.Count);
        console.WriteLine();
    }

    private static void Finish(IAnsiConsole console, Table table, int rows)
    {
        console.Write(table);
        More(console, rows);
        console.WriteLine();
    }

    private static void More(IAnsiConsole console, int rows)
    {
        if (rows > MostRows)
        {
            console.MarkupLineInterpolated($"[grey]  ... and {UseTable.Number(rows - MostRows)} more: -o json shows all.[/]");
        }
    }

    private static string Use(NodeChange node, string resource)
    {
        var use = node.Resources.FirstOrDefault(r => r.Resource == resource);
        var before = UseTable.Percent(use?.Before?.Fraction);
        var after = UseTable.Percent(use?.After?.Fraction);
        return before == after ? after : $"{before} -> {after}";
    }

    private static string Nodes(IEnumerable<PlacedAnswer> placements)
    {
        var nodes = placements.GroupBy(p => p.Node).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).ToList();
        var text = string.Join(", ", nodes.Take(8).Select(n => n.Count() == 1 ? n.Key : $"{n.Key} x{UseTable.Number(n.Count())}"));
        return nodes.Count > 8 ? $"{text} and {UseTable.Number(nodes.Count - 8)} more" : text;
    }

    // Pods of one controller are shown together; a pod of nobody by itself.
    private static string Owner(string pod, string? workload) => workload is null ? $"pod/{pod[(pod.IndexOf('/', StringComparison.Ordinal) + 1)..]}" : workload;
}
