using System.Globalization;
using Orchestrator.Scheduling.Explanations;
using Spectre.Console;

namespace Orchestrator.Cli.Output;

/// <summary>Shows a <see cref="PlacementExplanation"/> to people: the outcome, the nodes cut by each filter, the scores of the rest, and what would help.</summary>
internal sealed class ExplanationView(IAnsiConsole console)
{
    public void Write(PlacementExplanation explanation)
    {
        WriteOutcome(explanation);
        WritePreemption(explanation.Preemption);
        WriteFilters(explanation.Filters);
        WriteScores(explanation.Scores, explanation.NodeName);
        if (explanation.Remedies.Count > 0)
        {
            console.MarkupLine("[bold]What would make it fit[/]");
            foreach (var remedy in explanation.Remedies)
            {
                console.MarkupLineInterpolated($"  - {remedy}");
            }
        }
    }

    private void WriteOutcome(PlacementExplanation explanation)
    {
        var pod = $"{explanation.Pod.Namespace}/{explanation.Pod.Name}";
        if (explanation.NodeName is { } node)
        {
            console.MarkupLineInterpolated($"Pod [bold]{pod}[/] was placed on node [bold green]{node}[/].");
            foreach (var (resource, ids) in explanation.Devices ?? new Dictionary<string, IReadOnlyList<string>>())
            {
                console.MarkupLineInterpolated($"It has {resource} {string.Join(", ", ids)}.");
            }
        }
        else
        {
            console.MarkupLineInterpolated($"Pod [bold]{pod}[/] [bold red]fits nowhere[/]: {explanation.Message ?? explanation.Outcome}");
        }

        var when = explanation.DecidedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"Decided {when} by {explanation.SchedulerName} (epoch {explanation.Epoch}) on the cluster of revision {explanation.Revision}: {explanation.NodesEligible} of {explanation.NodesConsidered} nodes could run it.");
        console.WriteLine();
    }

    private void WritePreemption(ExplainedPreemption? preemption)
    {
        if (preemption is null)
        {
            return;
        }

        console.MarkupLineInterpolated($"Room is made for it on node [bold]{preemption.Node}[/]: {preemption.Why}.");
        foreach (var victim in preemption.Victims)
        {
            console.MarkupLineInterpolated($"  - {victim} gives way");
        }

        console.WriteLine();
    }

    private void WriteFilters(IReadOnlyList<FilterVerdict> filters)
    {
        var table = NewTable("Filter", "Nodes cut", "Examples");
        foreach (var filter in filters)
        {
            var examples = string.Join('\n', filter.Sample.Select(node => $"{node.Node}: {string.Join("; ", node.Reasons)}"));
            table.AddRow(new Text(filter.Name), new Text(Number(filter.Rejected)), new Text(examples));
        }

        WriteUnlessEmpty("Filters: nodes that could not run it", table, "Filters: none cut any node.");
    }

    private void WriteScores(IReadOnlyList<NodeScore> scores, string? chosen)
    {
        var table = NewTable("Node", "Total", "Parts (score x weight)");
        foreach (var score in scores)
        {
            var parts = string.Join(", ", score.Parts.Select(part => $"{part.Scorer} {Number(part.Score)} x {Number(part.Weight)}"));
            var style = score.Node == chosen ? new Style(decoration: Decoration.Bold) : Style.Plain;
            table.AddRow(new Text(score.Node == chosen ? score.Node + " (chosen)" : score.Node, style), new Text(Number(score.Total), style), new Text(parts));
        }

        WriteUnlessEmpty("Scores: the best of the nodes that could", table, "Scores: none, since no node was left to be scored.");
    }

    private void WriteUnlessEmpty(string title, Table table, string otherwise)
    {
        if (table.Rows.Count > 0)
        {
            console.MarkupLineInterpolated($"[bold]{title}[/]");
            console.Write(table);
        }
        else
        {
            console.WriteLine(otherwise);
        }

        console.WriteLine();
    }

    private static Table NewTable(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(column).NoWrap());
        }

        return table;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
