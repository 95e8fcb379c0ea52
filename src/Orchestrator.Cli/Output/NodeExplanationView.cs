using System.Globalization;
using Orchestrator.Scheduling.Explanations;
using Spectre.Console;

namespace Orchestrator.Cli.Output;

/// <summary>Shows a <see cref="NodeExplanation"/> to people: what every filter says of the node, and how it compares with the others.</summary>
internal sealed class NodeExplanationView(IAnsiConsole console)
{
    public void Write(NodeExplanation explanation)
    {
        WriteOutcome(explanation);
        WriteFilters(explanation.Filters);
        WriteScore(explanation);
        if (explanation.Preemption is { } preemption)
        {
            console.MarkupLineInterpolated($"It would fit there without pods of lower priority ({preemption.Why}):");
            foreach (var victim in preemption.Victims)
            {
                console.MarkupLineInterpolated($"  - {victim}");
            }
        }
    }

    private void WriteOutcome(NodeExplanation explanation)
    {
        var pod = $"{explanation.Pod.Namespace}/{explanation.Pod.Name}";
        if (explanation.Fits)
        {
            console.MarkupLineInterpolated($"Node [bold]{explanation.NodeName}[/] [bold green]could run[/] pod [bold]{pod}[/].");
        }
        else
        {
            console.MarkupLineInterpolated($"Node [bold]{explanation.NodeName}[/] [bold red]could not run[/] pod [bold]{pod}[/].");
        }

        var where = explanation.PlacedOn is { } placed
            ? placed == explanation.NodeName ? "the pod is there, and is left out of account" : $"the pod is on {placed}, and is left out of account there"
            : "the pod waits";
        var when = explanation.ExaminedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"Examined {when} (epoch {explanation.Epoch}) on the cluster of revision {explanation.Revision}: {where}; {explanation.NodesEligible} nodes could run it.");
        console.WriteLine();
    }

    private void WriteFilters(IReadOnlyList<FilterAnswer> filters)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in (ReadOnlySpan<string>)["Filter", "Admits", "Why not", "What would help"])
        {
            table.AddColumn(new TableColumn(column).NoWrap());
        }

        foreach (var filter in filters)
        {
            table.AddRow(
                new Text(filter.Name),
                filter.Admits ? new Text("yes") : new Text("no", new Style(decoration: Decoration.Bold)),
                new Text(string.Join('\n', filter.Reasons)),
                new Text(filter.Remedy ?? ""));
        }

        console.MarkupLine("[bold]Filters[/]");
        console.Write(table);
        console.WriteLine();
    }

    private void WriteScore(NodeExplanation explanation)
    {
        if (explanation.Score is not { } score)
        {
            return;
        }

        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture, $"[bold]Score[/] {score.Total}, place {explanation.Rank} of {explanation.NodesEligible}");
        foreach (var part in score.Parts)
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"  {part.Scorer} {part.Score} x {part.Weight}");
        }
    }
}
