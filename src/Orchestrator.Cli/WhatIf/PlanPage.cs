using System.Globalization;
using Orchestrator.Cli.Output.Html;
using Orchestrator.Scheduling.Planning;

namespace Orchestrator.Cli.WhatIf;

/// <summary>A <see cref="MovePlan"/> as a page with plots.</summary>
internal static class PlanPage
{
    public static void Write(MovePlan plan, TextWriter writer) =>
        HtmlPage.Write(writer, $"Plan: {plan.Goal}", $"{plan.Summary}. Nothing has been moved." + string.Concat(plan.Notes.Select(n => $" Note: {n}.")), page =>
        {
            page.Cards(
                new HtmlCard(UseTable.Number(plan.Moves.Count), "moves"),
                new HtmlCard(UseTable.Number(plan.Moves.Count(m => m.How == MoveKinds.Migrate)), "of them live migrations", "good"),
                new HtmlCard(UseTable.Number(plan.Moves.Count(m => m.How == MoveKinds.Restart)), "of them restarts", "warn"),
                new HtmlCard(Seconds(plan.CostSeconds), "cost"));
            UsePlots.HeatMaps(page, plan.Nodes);
            if (plan.Moves.Count > 0)
            {
                page.Section("Moves, one after the other", () => page.Table(
                    ["#", "Pod", "Workload", "From", "To", "How", "#Cost"],
                    [
                        .. plan.Moves.Select((m, i) => new[]
                        {
                            UseTable.Number(i + 1), m.Pod, m.Workload ?? "", m.From, m.To, m.How.ToLowerInvariant(), Seconds(m.CostSeconds),
                        }),
                    ]));
            }

            if (plan.Placements.Count > 0)
            {
                page.Section("Then these fit", () => page.Table(["Pod", "Node"], [.. plan.Placements.Select(p => new[] { p.Pod, p.Node })]));
            }

            SimulationPage.Nodes(page, plan.Nodes);
        });

    private static string Seconds(double seconds) => seconds.ToString("N1", CultureInfo.InvariantCulture) + " s";
}
