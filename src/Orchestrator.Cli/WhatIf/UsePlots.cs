using Orchestrator.Cli.Output.Html;
using Orchestrator.Scheduling.Simulation;

namespace Orchestrator.Cli.WhatIf;

/// <summary>Plots of use: of the cluster as bars, of its nodes as heat maps.</summary>
internal static class UsePlots
{
    private const int MostHeatMaps = 4;
    private const string AddedColour = "var(--good)";
    private const string DrainedColour = "var(--warn)";
    private const string LostColour = "var(--bad)";

    /// <summary>Two bars for each resource.</summary>
    public static void Write(HtmlPage page, IReadOnlyList<UseChange> resources, string before, string after)
    {
        if (resources.Count > 0)
        {
            page.Section($"Requested of what nodes offer: {before} (grey) and {after} (blue)", () => page.Svg(SvgBars.Draw(
                [.. resources.Select(r => new SvgBar(r.Resource, r.Before?.Fraction, r.After?.Fraction, UseTable.Describe(r.Resource, r.Before), UseTable.Describe(r.Resource, r.After)))])));
        }
    }

    /// <summary>For each resource, the nodes before and after.</summary>
    public static void HeatMaps(HtmlPage page, IReadOnlyList<NodeChange> nodes)
    {
        if (nodes.Count == 0)
        {
            return;
        }

        // Pods are a limit, not something that nodes are made of.
        string[] resources =
        [
            .. nodes.SelectMany(n => n.Resources).Where(r => r.Resource != "pods" && (r.Before?.Fraction > 0 || r.After?.Fraction > 0))
                .Select(r => r.Resource).Distinct(StringComparer.Ordinal).Take(MostHeatMaps),
        ];
        page.Section("Nodes: percent requested", () =>
        {
            page.Svg(SvgHeatMap.Legend([(AddedColour, "added"), (DrainedColour, "drained"), (LostColour, "lost")]));
            page.Plots(resources.SelectMany(resource => new[]
            {
                ($"{resource}, before", SvgHeatMap.Draw([.. nodes.Select(n => Cell(n, resource, isBefore: true))])),
                ($"{resource}, after", SvgHeatMap.Draw([.. nodes.Select(n => Cell(n, resource, isBefore: false))])),
            }));
            if (nodes.Count > SvgHeatMap.MostCells)
            {
                page.Paragraph($"The first {UseTable.Number(SvgHeatMap.MostCells)} of {UseTable.Number(nodes.Count)} nodes are shown.");
            }
        });
    }

    private static HeatCell Cell(NodeChange node, string resource, bool isBefore)
    {
        var use = node.Resources.FirstOrDefault(r => r.Resource == resource);
        var outline = node.Change switch
        {
            NodeChanges.Added => AddedColour,
            NodeChanges.Drained => DrainedColour,
            NodeChanges.Lost => LostColour,
            _ => "",
        };
        var share = isBefore ? use?.Before?.Fraction : use?.After?.Fraction;
        var tip = $"{node.Name}: {resource} {UseTable.Percent(use?.Before?.Fraction)} → {UseTable.Percent(use?.After?.Fraction)}";
        return new HeatCell(node.Name, share, outline, tip);
    }
}
