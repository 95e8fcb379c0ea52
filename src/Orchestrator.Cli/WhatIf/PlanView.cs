using System.Globalization;
using Orchestrator.Scheduling.Planning;
using Spectre.Console;

namespace Orchestrator.Cli.WhatIf;

/// <summary>Shows a <see cref="MovePlan"/> to people: all of it, since it is to be read before it is carried out.</summary>
internal sealed class PlanView(IAnsiConsole console)
{
    public void Write(MovePlan plan)
    {
        console.MarkupLineInterpolated($"[bold]{plan.Goal}[/]: {plan.Summary}.");
        SimulationView.WriteNotes(console, plan.Notes);
        console.WriteLine();
        if (plan.Moves.Count > 0)
        {
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture, $"[bold]{UseTable.Plural(plan.Moves.Count, "move")}, one after the other[/] (cost {plan.CostSeconds:N1} s)");
            var table = UseTable.Plain("#", "Pod", "Workload", "From", "To", "How", "Cost s");
            foreach (var (index, move) in plan.Moves.Index())
            {
                table.AddRow(
                    new Text(UseTable.Number(index + 1)),
                    new Text(move.Pod),
                    new Text(move.Workload ?? ""),
                    new Text(move.From),
                    new Text(move.To),
                    new Text(move.How.ToLowerInvariant()),
                    new Text(move.CostSeconds.ToString("N1", CultureInfo.InvariantCulture)));
            }

            console.Write(table);
            console.WriteLine();
        }

        foreach (var placement in plan.Placements)
        {
            console.MarkupLineInterpolated($"Then [bold]{placement.Pod}[/] fits on node [bold green]{placement.Node}[/].");
        }

        if (plan.Moves.Count > 0)
        {
            SimulationView.WriteNodes(console, plan.Nodes.Where(n => n.PodsBefore != n.PodsAfter).ToList());
        }
    }
}
