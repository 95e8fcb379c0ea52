using System.Text;

namespace Orchestrator.Cli.Output.Html;

/// <param name="Label">What changed.</param>
/// <param name="Change">As a part: 0.2 for 20 % more.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Colour">CSS colour.</param>
internal sealed record SvgInterval(string Label, double Change, double Low, double High, string Colour);

/// <summary>Changes with their confidence intervals, about a band of those that do not matter.</summary>
internal static class SvgIntervals
{
    private const int Width = 1060;
    private const int LabelWidth = 430;
    private const int RowHeight = 22;
    private const int PlotWidth = Width - LabelWidth - 20;
    private const double MostShown = 1;

    public static string Draw(IReadOnlyList<SvgInterval> intervals, double margin)
    {
        if (intervals.Count == 0)
        {
            return "";
        }

        var reach = Math.Clamp(intervals.Max(i => Math.Max(Math.Abs(i.Low), Math.Abs(i.High))) * 1.1, margin * 2, MostShown);
        double X(double change) => LabelWidth + (PlotWidth * ((Math.Clamp(change, -reach, reach) / reach) + 1) / 2);
        var height = (intervals.Count * RowHeight) + 30;
        var svg = new StringBuilder(HtmlPage.Invariant($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"Changes with confidence intervals\">\n"));
        svg.Append(HtmlPage.Invariant($"<rect x=\"{X(-margin):0.#}\" y=\"0\" width=\"{X(margin) - X(-margin):0.#}\" height=\"{height - 26}\" fill=\"var(--h0)\"/><line x1=\"{X(0):0.#}\" y1=\"0\" x2=\"{X(0):0.#}\" y2=\"{height - 26}\" stroke=\"var(--soft)\"/>\n"));
        for (var i = -2; i <= 2; i++)
        {
            svg.Append(HtmlPage.Invariant($"<text class=\"s\" x=\"{X(reach * i / 2):0.#}\" y=\"{height - 8}\" text-anchor=\"{(i == 2 ? "end" : "middle")}\">{reach * i * 50:+0.#;-0.#;0} %</text>"));
        }

        for (var i = 0; i < intervals.Count; i++)
        {
            var y = (i * RowHeight) + 14;
            var interval = intervals[i];
            var label = interval.Label.Length <= 62 ? interval.Label : interval.Label[..61] + "…";
            svg.Append(HtmlPage.Invariant($"<text class=\"s\" x=\"0\" y=\"{y + 4}\">{HtmlPage.Escape(label)}</text><line x1=\"{X(interval.Low):0.#}\" y1=\"{y}\" x2=\"{X(interval.High):0.#}\" y2=\"{y}\" stroke=\"{interval.Colour}\" stroke-width=\"3\"/><circle cx=\"{X(interval.Change):0.#}\" cy=\"{y}\" r=\"5\" fill=\"{interval.Colour}\"/>\n"));
        }

        return svg.Append("</svg>\n").ToString();
    }
}
