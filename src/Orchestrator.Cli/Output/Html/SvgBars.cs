using System.Text;

namespace Orchestrator.Cli.Output.Html;

/// <param name="Label">What the bar is of.</param>
/// <param name="Before">Share before, 0 to 1; null for none.</param>
/// <param name="After">Share after; null for none.</param>
/// <param name="BeforeText">Beside the bar.</param>
/// <param name="AfterText">Beside the bar.</param>
internal sealed record SvgBar(string Label, double? Before, double? After, string BeforeText, string AfterText);

/// <summary>Horizontal bars, two for each label: before and after.</summary>
internal static class SvgBars
{
    private const int Width = 1060;
    private const int LabelWidth = 190;
    private const int TextWidth = 300;
    private const int BarHeight = 15;
    private const int RowHeight = 52;
    private const int PlotWidth = Width - LabelWidth - TextWidth;

    public static string Draw(IReadOnlyList<SvgBar> bars)
    {
        var svg = new StringBuilder();
        var height = (bars.Count * RowHeight) + 28;
        svg.Append(HtmlPage.Invariant($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"Use before and after\">\n"));
        for (var percent = 0; percent <= 100; percent += 25)
        {
            var x = LabelWidth + (PlotWidth * percent / 100);
            svg.Append(HtmlPage.Invariant($"<line x1=\"{x}\" y1=\"0\" x2=\"{x}\" y2=\"{height - 24}\" stroke=\"var(--line)\"/><text class=\"s\" x=\"{x}\" y=\"{height - 8}\" text-anchor=\"middle\">{percent} %</text>\n"));
        }

        for (var i = 0; i < bars.Count; i++)
        {
            var y = (i * RowHeight) + 8;
            svg.Append(HtmlPage.Invariant($"<text x=\"0\" y=\"{y + 21}\">{HtmlPage.Escape(Short(bars[i].Label))}<title>{HtmlPage.Escape(bars[i].Label)}</title></text>\n"));
            Bar(svg, y, bars[i].Before, bars[i].BeforeText, "var(--before)");
            Bar(svg, y + BarHeight + 2, bars[i].After, bars[i].AfterText, "var(--after)");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Bar(StringBuilder svg, int y, double? share, string text, string colour)
    {
        if (share is not { } value)
        {
            return;
        }

        // More than all can be requested: of pods bound by hand, or where a node shrank.
        var width = Math.Max(1, Math.Clamp(value, 0, 1) * PlotWidth);
        var fill = value > 1 ? "var(--bad)" : colour;
        svg.Append(HtmlPage.Invariant($"<rect x=\"{LabelWidth}\" y=\"{y}\" width=\"{width:0.#}\" height=\"{BarHeight}\" rx=\"2\" fill=\"{fill}\"/>"));
        svg.Append(HtmlPage.Invariant($"<text class=\"s\" x=\"{LabelWidth + PlotWidth + 16}\" y=\"{y + 12}\">{HtmlPage.Escape(text)}</text>\n"));
    }

    private static string Short(string label) => label.Length <= 24 ? label : label[..23] + "…";
}
