using System.Text;

namespace Orchestrator.Cli.Output.Html;

/// <param name="Name">What the legend says.</param>
/// <param name="Points">In the order of x; gaps where y is not a number.</param>
internal sealed record SvgLine(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Lines over a common axis, with a legend. The scale of y is linear, or by powers of ten where values lie far apart.</summary>
internal static class SvgLines
{
    public static readonly string[] Colours = ["var(--after)", "var(--good)", "var(--warn)", "var(--bad)", "#8a63d2", "#0e9aa7", "#c2577f", "var(--before)"];

    private const int Width = 520;
    private const int Height = 250;
    private const int Left = 58;
    private const int Right = 12;
    private const int Top = 10;
    private const int AxisHeight = 34;
    private const int LegendRow = 18;
    private const int PlotWidth = Width - Left - Right;
    private const int PlotHeight = Height - Top - AxisHeight;

    /// <param name="lines">The lines.</param>
    /// <param name="unit">Of y.</param>
    /// <param name="xUnit">Of x.</param>
    /// <param name="isLogarithmic">Whether y goes by powers of ten.</param>
    /// <param name="marks">Where the axis of x says what; null for five numbers.</param>
    public static string Draw(IReadOnlyList<SvgLine> lines, string unit, string xUnit, bool isLogarithmic = false, IReadOnlyList<(double X, string Text)>? marks = null)
    {
        var drawn = lines.Where(l => l.Points.Any(p => IsDrawn(p.Y, isLogarithmic))).ToList();
        if (drawn.Count == 0)
        {
            return $"<svg viewBox=\"0 0 {Width} 30\" role=\"img\" aria-label=\"Nothing was measured\"><text class=\"s\" x=\"0\" y=\"20\">nothing was measured</text></svg>\n";
        }

        var all = drawn.SelectMany(l => l.Points).Where(p => IsDrawn(p.Y, isLogarithmic)).ToList();
        var (left, right) = (all.Min(p => p.X), Math.Max(all.Max(p => p.X), all.Min(p => p.X) + 1e-9));
        var scale = isLogarithmic ? Scale.Powers(all.Min(p => p.Y), all.Max(p => p.Y)) : Scale.Linear(all.Max(p => p.Y));
        var legendRows = Legend(drawn, out var legend);
        var svg = new StringBuilder();
        svg.Append(HtmlPage.Invariant($"<svg viewBox=\"0 0 {Width} {Height + (legendRows * LegendRow)}\" role=\"img\" aria-label=\"{HtmlPage.Escape(unit)} over {HtmlPage.Escape(xUnit)}\">\n"));
        foreach (var tick in scale.Ticks)
        {
            var y = Top + (PlotHeight * (1 - scale.Share(tick)));
            svg.Append(HtmlPage.Invariant($"<line x1=\"{Left}\" y1=\"{y:0.#}\" x2=\"{Width - Right}\" y2=\"{y:0.#}\" stroke=\"var(--line)\"/><text class=\"s\" x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{Short(tick)}</text>\n"));
        }

        foreach (var (x, text) in marks ?? [.. Enumerable.Range(0, 5).Select(i => (left + ((right - left) * i / 4), Short(left + ((right - left) * i / 4))))])
        {
            var share = (x - left) / (right - left);
            if (share is >= 0 and <= 1.0001)
            {
                svg.Append(HtmlPage.Invariant($"<text class=\"s\" x=\"{Left + (PlotWidth * share):0.#}\" y=\"{Top + PlotHeight + 16}\" text-anchor=\"{(share > 0.97 ? "end" : share < 0.03 ? "start" : "middle")}\">{HtmlPage.Escape(text)}</text>"));
            }
        }

        svg.Append(HtmlPage.Invariant($"<text class=\"s\" x=\"{Left + (PlotWidth / 2)}\" y=\"{Top + PlotHeight + 31}\" text-anchor=\"middle\">{HtmlPage.Escape(xUnit)}</text>\n"));
        for (var i = 0; i < drawn.Count; i++)
        {
            var colour = Colours[i % Colours.Length];
            svg.Append(Path(drawn[i], left, right, scale, isLogarithmic, colour));
        }

        return svg.Append(legend).Append("</svg>\n").ToString();
    }

    private static string Path(SvgLine line, double left, double right, Scale scale, bool isLogarithmic, string colour)
    {
        var path = new StringBuilder();
        var isBegun = false;
        var count = 0;
        (double X, double Y) last = default;
        foreach (var (x, y) in line.Points)
        {
            if (!IsDrawn(y, isLogarithmic))
            {
                isBegun = false;
                continue;
            }

            last = (Left + (PlotWidth * (x - left) / (right - left)), Top + (PlotHeight * (1 - scale.Share(y))));
            path.Append(HtmlPage.Invariant($"{(isBegun ? 'L' : 'M')}{last.X:0.#} {last.Y:0.#}"));
            isBegun = true;
            count++;
        }

        // A single point has no length.
        var dot = count == 1 ? HtmlPage.Invariant($"<circle cx=\"{last.X:0.#}\" cy=\"{last.Y:0.#}\" r=\"3\" fill=\"{colour}\"/>") : "";
        return $"<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\" stroke-linejoin=\"round\"><title>{HtmlPage.Escape(line.Name)}</title></path>{dot}\n";
    }

    private static int Legend(List<SvgLine> lines, out string legend)
    {
        const int characterWidth = 7;
        var svg = new StringBuilder();
        var (x, row) = (Left, 0);
        for (var i = 0; i < lines.Count; i++)
        {
            var name = lines[i].Name.Length <= 60 ? lines[i].Name : lines[i].Name[..59] + "…";
            var width = 30 + (name.Length * characterWidth);
            if (x + width > Width && x > Left)
            {
                (x, row) = (Left, row + 1);
            }

            var y = Height + (row * LegendRow) + 12;
            svg.Append(HtmlPage.Invariant($"<line x1=\"{x}\" y1=\"{y - 4}\" x2=\"{x + 16}\" y2=\"{y - 4}\" stroke=\"{Colours[i % Colours.Length]}\" stroke-width=\"3\"/><text class=\"s\" x=\"{x + 21}\" y=\"{y}\">{HtmlPage.Escape(name)}</text>\n"));
            x += width;
        }

        legend = svg.ToString();
        return row + 1;
    }

    private static bool IsDrawn(double y, bool isLogarithmic) => double.IsFinite(y) && (!isLogarithmic || y > 0);

    private static string Short(double value) => Math.Abs(value) switch
    {
        >= 1e6 => HtmlPage.Invariant($"{value / 1e6:0.##}M"),
        >= 1e4 => HtmlPage.Invariant($"{value / 1e3:0.##}k"),
        >= 10 => HtmlPage.Invariant($"{value:0.#}"),
        _ => HtmlPage.Invariant($"{value:0.####}"),
    };

    /// <summary>Where values lie between the bottom and the top of the plot.</summary>
    private sealed record Scale(IReadOnlyList<double> Ticks, Func<double, double> Share)
    {
        public static Scale Linear(double most)
        {
            var top = most > 0 ? most * 1.05 : 1;
            var raw = top / 5;
            var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
            var step = power * ((raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
            return new Scale([.. Enumerable.Range(0, (int)(top / step) + 1).Select(i => i * step)], v => Math.Clamp(v / top, 0, 1));
        }

        public static Scale Powers(double least, double most)
        {
            var (low, high) = ((int)Math.Floor(Math.Log10(least)), (int)Math.Ceiling(Math.Log10(most)));
            high = Math.Max(high, low + 1);
            return new Scale([.. Enumerable.Range(low, high - low + 1).Select(p => Math.Pow(10, p))], v => Math.Clamp((Math.Log10(v) - low) / (high - low), 0, 1));
        }
    }
}
