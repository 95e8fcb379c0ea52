using System.Globalization;
using System.Net;

namespace Orchestrator.Cli.Output.Html;

/// <summary>
/// A page that needs nothing but itself: styles and plots are inside, no scripts, light and dark by the reader's setting. All text is escaped here.
/// </summary>
internal sealed class HtmlPage
{
    private const int MostRows = 1_000;

    private const string Style = """
        :root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --ink: #1c2430; --soft: #5d6878; --line: #dde2e9; --before: #b4c0d0; --after: #2f6fdb;
          --good: #1c8a4d; --bad: #c8372d; --warn: #b7791f; --h0: #eef2f8; --h1: #cfe0f7; --h2: #9dc1ee; --h3: #5f97de; --h4: #2f6fdb; --h5: #17439c; }
        @media (prefers-color-scheme: dark) { :root { --bg: #12161c; --card: #1b2129; --ink: #e4e9f0; --soft: #98a4b5; --line: #303945; --before: #566273; --after: #5b9bff;
          --good: #45c383; --bad: #ff7a70; --warn: #e2ae5a; --h0: #232b36; --h1: #22385a; --h2: #27508b; --h3: #2f6fc4; --h4: #5b9bff; --h5: #a9ccff; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
        main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 64px; }
        h1 { font-size: 26px; margin: 0 0 4px; letter-spacing: -.01em; } h2 { font-size: 18px; margin: 0 0 12px; }
        .lead { color: var(--soft); margin: 0 0 20px; } .lead b { color: var(--ink); }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; margin-bottom: 16px; }
        .card, section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
        .card { padding: 14px 16px; } .card b { display: block; font-size: 23px; white-space: nowrap; line-height: 1.2; font-variant-numeric: tabular-nums; } .card span { color: var(--soft); font-size: 13px; }
        section { padding: 18px 20px; margin-bottom: 16px; overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: 14px; } th { text-align: left; color: var(--soft); font-weight: 600; }
        th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; } tr:last-child td { border-bottom: 0; }
        td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } th.n { white-space: normal; } .good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
        .soft { color: var(--soft); font-size: 13px; } svg { display: block; max-width: 100%; height: auto; } svg text { font: 13px system-ui, "Liberation Sans", sans-serif; fill: var(--ink); } svg .s { fill: var(--soft); font-size: 12px; }
        .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(480px, 100%), 1fr)); gap: 20px; } .plots > div { max-width: 640px; } h3 { font-size: 14px; margin: 0 0 6px; color: var(--soft); font-weight: 600; }
        """;

    private readonly TextWriter _writer;

    private HtmlPage(TextWriter writer) => _writer = writer;

    /// <summary>Writes a whole page.</summary>
    public static void Write(TextWriter writer, string title, string lead, Action<HtmlPage> content)
    {
        var page = new HtmlPage(writer);
        writer.Write($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{Escape(title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<main>\n");
        writer.Write($"<h1>{Escape(title)}</h1>\n<p class=\"lead\">{Escape(lead)}</p>\n");
        content(page);
        writer.Write("</main>\n</body>\n</html>\n");
    }

    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Figures that are seen first.</summary>
    public void Cards(params IEnumerable<HtmlCard> cards)
    {
        _writer.Write("<div class=\"cards\">\n");
        foreach (var card in cards)
        {
            _writer.Write($"<div class=\"card\"><b class=\"{card.Tone}\">{Escape(card.Figure)}</b><span>{Escape(card.Caption)}</span></div>\n");
        }

        _writer.Write("</div>\n");
    }

    public void Section(string heading, Action content)
    {
        _writer.Write($"<section>\n<h2>{Escape(heading)}</h2>\n");
        content();
        _writer.Write("</section>\n");
    }

    public void Paragraph(string text) => _writer.Write($"<p class=\"soft\">{Escape(text)}</p>\n");

    /// <summary>Plots beside each other, as far as there is room.</summary>
    public void Plots(IEnumerable<(string Heading, string Svg)> plots)
    {
        _writer.Write("<div class=\"plots\">\n");
        foreach (var (heading, svg) in plots)
        {
            _writer.Write($"<div><h3>{Escape(heading)}</h3>\n{svg}</div>\n");
        }

        _writer.Write("</div>\n");
    }

    /// <summary>Text as it is, folded away.</summary>
    public void Code(string text) => _writer.Write($"<details><summary class=\"soft\">scenario</summary><pre class=\"soft\">{Escape(text)}</pre></details>\n");

    public void Svg(string svg) => _writer.Write(svg);

    /// <summary>A table; of more rows than are readable, the first.</summary>
    /// <param name="columns">Headings; one that begins with <c>#</c> heads a column of numbers.</param>
    /// <param name="rows">Cells.</param>
    public void Table(string[] columns, IReadOnlyCollection<string[]> rows)
    {
        var classes = columns.Select(c => c.StartsWith('#') ? " class=\"n\"" : "").ToArray();
        _writer.Write("<table>\n<thead><tr>");
        for (var i = 0; i < columns.Length; i++)
        {
            _writer.Write($"<th{classes[i]}>{Escape(columns[i].TrimStart('#'))}</th>");
        }

        _writer.Write("</tr></thead>\n<tbody>\n");
        foreach (var row in rows.Take(MostRows))
        {
            _writer.Write("<tr>");
            for (var i = 0; i < row.Length; i++)
            {
                _writer.Write($"<td{classes[i]}>{Escape(row[i])}</td>");
            }

            _writer.Write("</tr>\n");
        }

        _writer.Write("</tbody>\n</table>\n");
        if (rows.Count > MostRows)
        {
            Paragraph(Invariant($"... and {rows.Count - MostRows:N0} more; the command's JSON has them all."));
        }
    }
}

/// <param name="Figure">What is seen.</param>
/// <param name="Caption">What it is.</param>
/// <param name="Tone">good, bad, warn or empty.</param>
internal sealed record HtmlCard(string Figure, string Caption, string Tone = "");
