using Orchestrator.Cli.Output.Html;
using Orchestrator.Scheduling.Simulation;

namespace Orchestrator.Cli.WhatIf;

/// <summary>A <see cref="CapacityReport"/> as a page with plots.</summary>
internal static class CapacityPage
{
    public static void Write(CapacityReport report, TextWriter writer) =>
        HtmlPage.Write(writer, $"How many more of {string.Join(", ", report.Workloads)} fit", SimulationPage.Lead(report.Policy, report.Seed, report.Notes), page =>
        {
            page.Cards(
                new HtmlCard((report.StoppedAtLimit ? "≥ " : "") + UseTable.Number(report.Count), report.Workloads.Count == 1 ? "more pods fit" : "more sets fit", report.Count > 0 ? "good" : "bad"),
                new HtmlCard(UseTable.Number(report.Nodes.Count), "nodes take some"));
            UsePlots.Write(page, report.Resources, "now", "with them");
            if (report.Obstacle is { } obstacle)
            {
                page.Section("What the next one fails for", () =>
                {
                    page.Paragraph($"{obstacle.Pod}: {obstacle.Message}");
                    page.Table(["Would fit with"], [.. obstacle.Remedies.Select(r => new[] { r })]);
                });
            }

            page.Section("Nodes", () => page.Table(["Node", "#Pods"], [.. report.Nodes.Select(n => new[] { n.Name, UseTable.Number(n.Pods) })]));
        });
}
