using Orchestrator.Cli.Output.Html;
using Orchestrator.Scheduling.Simulation;

namespace Orchestrator.Cli.WhatIf;

/// <summary>A <see cref="RemovalReport"/> as a page with plots.</summary>
internal static class RemovalPage
{
    public static void Write(RemovalReport report, TextWriter writer) =>
        HtmlPage.Write(writer, "Which nodes could be taken away", SimulationPage.Lead(report.Policy, report.Seed, report.Notes), page =>
        {
            page.Cards(
                new HtmlCard(UseTable.Number(report.Together.Count), "nodes, all together", report.Together.Count > 0 ? "good" : ""),
                new HtmlCard(UseTable.Number(report.Nodes.Count(n => n.Removable)), "nodes, each by itself"),
                new HtmlCard(UseTable.Number(report.Nodes.Count), "nodes there are"));
            UsePlots.Write(page, report.Resources, "now", "without them");
            page.Section("Nodes", () => page.Table(
                ["Node", "By itself", "Together", "#Pods to move", "Why not, or where to"],
                [
                    .. report.Nodes.Select(n => new[]
                    {
                        n.Node,
                        n.Removable ? "yes" : "no",
                        report.Together.Contains(n.Node) ? "yes" : "no",
                        n.Removable ? UseTable.Number(n.Moves.Count) : "",
                        n.Obstacle ?? string.Join(", ", n.Moves.GroupBy(m => m.Node).OrderByDescending(g => g.Count()).Select(g => $"{g.Key} ×{UseTable.Number(g.Count())}")),
                    }),
                ]));
        });
}
