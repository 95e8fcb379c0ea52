using System.Text;

namespace Orchestrator.Cli.Output.Html;

/// <param name="Name">The node.</param>
/// <param name="Share">How much of it is used, 0 to 1; null where it is not there.</param>
/// <param name="Outline">CSS colour of a frame around it; empty for none.</param>
/// <param name="Tip">Shown when pointed at.</param>
internal sealed record HeatCell(string Name, double? Share, string Outline, string Tip);

/// <summary>A cell for each node, the darker the fuller. Cells shrink with their number, and few have their figure inside.</summary>
internal static class SvgHeatMap
{
    /// <summary>More cells than that are not drawn.</summary>
    public const int MostCells = 5_000;

    private const int Width = 500;
    private const int Steps = 6;

    // From here on text is written in the colour of the paper.
    private const int DarkStep = 3;

    public static string Draw(IReadOnlyList<HeatCell> cells)
    {
        var size = cells.Count switch { <= 12 => 76, <= 40 => 58, <= 160 => 34, <= 800 => 18, _ => 9 };
        var gap = size > 20 ? 4 : 1;
        var columns = Width / (size + gap);
        var shown = Math.Min(cells.Count, MostCells);
        var height = Math.Max(1, ((shown + columns - 1) / columns) * (size + gap));
        var svg = new StringBuilder();
        svg.Append(HtmlPage.Invariant($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"Use of each node\">\n"));
        for (var i = 0; i < shown; i++)
        {
            Cell(svg, cells[i], i % columns * (size + gap), i / columns * (size + gap), size);
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>What the colours mean.</summary>
    public static string Legend(IEnumerable<(string Outline, string Meaning)> outlines)
    {
        var svg = new StringBuilder("<svg viewBox=\"0 0 1060 26\" role=\"img\" aria-label=\"Legend\">\n<text class=\"s\" x=\"0\" y=\"17\">0 %</text>");
        for (var i = 0; i < Steps; i++)
        {
            svg.Append(HtmlPage.Invariant($"<rect x=\"{32 + (i * 34)}\" y=\"5\" width=\"34\" height=\"15\" fill=\"var(--h{i})\"/>"));
        }

        svg.Append(HtmlPage.Invariant($"<text class=\"s\" x=\"{44 + (Steps * 34)}\" y=\"17\">100 %</text>"));
        var x = 320;
        foreach (var (outline, meaning) in outlines)
        {
            svg.Append(HtmlPage.Invariant($"<rect x=\"{x}\" y=\"6\" width=\"14\" height=\"14\" rx=\"2\" fill=\"none\" stroke=\"{outline}\" stroke-width=\"2.5\"/><text class=\"s\" x=\"{x + 22}\" y=\"17\">{HtmlPage.Escape(meaning)}</text>"));
            x += 46 + (meaning.Length * 8);
        }

        return svg.Append("\n</svg>\n").ToString();
    }

    private static void Cell(StringBuilder svg, HeatCell cell, int x, int y, int size)
    {
        var inset = cell.Outline.Length > 0 ? 1.5 : 0;
        var stroke = cell.Outline.Length > 0 ? $" stroke=\"{cell.Outline}\" stroke-width=\"{(size > 12 ? 3 : 2)}\"" : "";
        var fill = cell.Share is { } share ? $"var(--h{Step(share)})" : "none";
        svg.Append(HtmlPage.Invariant($"<g><title>{HtmlPage.Escape(cell.Tip)}</title><rect x=\"{x + inset:0.#}\" y=\"{y + inset:0.#}\" width=\"{size - (2 * inset):0.#}\" height=\"{size - (2 * inset):0.#}\" rx=\"{(size > 20 ? 5 : 1)}\" fill=\"{fill}\"{stroke}/>"));
        if (size >= 34 && cell.Share is { } value)
        {
            var ink = Step(value) >= DarkStep ? "var(--card)" : "var(--ink)";
            svg.Append(HtmlPage.Invariant($"<text x=\"{x + (size / 2)}\" y=\"{y + (size / 2) + 4}\" text-anchor=\"middle\" style=\"fill:{ink}\">{value * 100:0}</text>"));
        }

        if (size >= 58)
        {
            var ink = cell.Share is { } full && Step(full) >= DarkStep ? "var(--card)" : "var(--soft)";
            svg.Append(HtmlPage.Invariant($"<text x=\"{x + (size / 2)}\" y=\"{y + size - 8}\" text-anchor=\"middle\" style=\"fill:{ink};font-size:10px\">{HtmlPage.Escape(Short(cell.Name, size / 7))}</text>"));
        }

        svg.Append("</g>\n");
    }

    private static int Step(double share) => Math.Clamp((int)(share * Steps), 0, Steps - 1);

    // The end tells nodes apart.
    private static string Short(string name, int most) => name.Length <= most ? name : "…" + name[^(most - 1)..];
}
