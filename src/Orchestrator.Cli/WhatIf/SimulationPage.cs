using Orchestrator.Cli.Output.Html;
using Orchestrator.Scheduling.Simulation;

namespace Orchestrator.Cli.WhatIf;

/// <summary>A <see cref="SimulationReport"/> as a page with plots.</summary>
internal static class SimulationPage
{
    public static void Write(SimulationReport report, TextWriter writer) =>
        HtmlPage.Write(writer, "Simulation", Lead(report.Policy, report.Seed, report.Notes), page =>
        {
            page.Cards(Cards(report));
            UsePlots.Write(page, report.Resources, "before", "after");
            UsePlots.HeatMaps(page, report.Nodes);
            Pending(page, report.Pending);
            Departures(page, report.Departures);
            Placements(page, report.Placements);
            Nodes(page, report.Nodes);
        });

    public static string Lead(string policy, int seed, IReadOnlyList<string> notes) =>
        $"Computed on a copy of the cluster; nothing was changed. Policy {policy}, seed {seed}." + string.Concat(notes.Select(n => $" Note: {n}."));

    private static IEnumerable<HtmlCard> Cards(SimulationReport report)
    {
        yield return new HtmlCard(UseTable.Number(report.Placements.Count), "pods placed", "good");
        yield return new HtmlCard(UseTable.Number(report.Pending.Count), "pods fit nowhere", report.Pending.Count > 0 ? "bad" : "");
        var gone = report.Departures.Count(d => d.Gone);
        if (gone > 0)
        {
            yield return new HtmlCard(UseTable.Number(gone), "pods gone for good", "warn");
        }

        var before = report.Nodes.Count(n => n.Change != NodeChanges.Added);
        var after = report.Nodes.Count(n => n.Change != NodeChanges.Lost);
        yield return new HtmlCard(before == after ? UseTable.Number(after) : $"{UseTable.Number(before)} → {UseTable.Number(after)}", "nodes");
        foreach (var use in report.Resources.Where(r => r.Resource is "cpu" or "memory"))
        {
            yield return new HtmlCard($"{UseTable.Percent(use.Before?.Fraction)} → {UseTable.Percent(use.After?.Fraction)}", $"of {use.Resource} requested");
        }
    }

    private static void Pending(HtmlPage page, IReadOnlyList<PendingAnswer> pending)
    {
        if (pending.Count > 0)
        {
            page.Section("Fit nowhere", () => page.Table(
                ["Pod", "Workload", "Why placed", "Why it fits nowhere", "Would fit with"],
                [.. pending.Select(p => new[] { p.Pod, p.Workload ?? "", p.Origin, p.Message, string.Join("; or ", p.Remedies) })]));
        }
    }

    private static void Departures(HtmlPage page, IReadOnlyList<DepartureAnswer> departures)
    {
        if (departures.Count > 0)
        {
            page.Section("Gone for good, or kept", () => page.Table(
                ["Pod", "Node", "What and why"], [.. departures.Select(d => new[] { d.Pod, d.Node, d.Reason })]));
        }
    }

    private static void Placements(HtmlPage page, IReadOnlyList<PlacedAnswer> placements)
    {
        if (placements.Count > 0)
        {
            page.Section("Placed", () => page.Table(
                ["Pod", "Workload", "Why placed", "From", "Node", "#Score", "#Nodes it fits", "Takes the place of"],
                [
                    .. placements.Select(p => new[]
                    {
                        p.Pod, p.Workload ?? "", p.Origin, p.From ?? "", p.Node, UseTable.Number(p.Score), UseTable.Number(p.Eligible), string.Join(", ", p.Victims ?? []),
                    }),
                ]));
        }
    }

    /// <summary>A table of nodes.</summary>
    public static void Nodes(HtmlPage page, IReadOnlyList<NodeChange> nodes)
    {
        string[] resources = [.. nodes.SelectMany(n => n.Resources).Select(r => r.Resource).Distinct(StringComparer.Ordinal).Where(r => r != "pods")];
        page.Section("Nodes", () => page.Table(
            ["Node", "Change", "#Pods", .. resources.Select(r => "#" + r)],
            [
                .. nodes.Select(n => (string[])
                [
                    n.Name,
                    n.Change ?? "",
                    n.PodsBefore == n.PodsAfter ? UseTable.Number(n.PodsAfter) : $"{UseTable.Number(n.PodsBefore)} → {UseTable.Number(n.PodsAfter)}",
                    .. resources.Select(r => Use(n.Resources.FirstOrDefault(u => u.Resource == r))),
                ]),
            ]));
    }

    private static string Use(UseChange? use)
    {
        var before = UseTable.Percent(use?.Before?.Fraction);
        var after = UseTable.Percent(use?.After?.Fraction);
        return before == after ? after : $"{before} → {after}";
    }
}
