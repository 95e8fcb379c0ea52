using Orchestrator.Cli.Output.Html;

namespace Orchestrator.Cli.RuntimeComparison;

/// <summary>A <see cref="RuntimeReport"/> as a page with plots.</summary>
internal static class RuntimePage
{
    public static void Write(RuntimeReport report, TextWriter writer) => HtmlPage.Write(
        writer, "Virtual machines and containers", $"The same workload under every runtime of node {report.Node}, measured. {report.Machine}.", page =>
        {
            page.Section("Figures", () => page.Table(
                ["", .. report.Runtimes.Select(r => r.RuntimeClass)], [.. RuntimeRows.Of(report).Select(row => (string[])[row.Question, .. row.Answers])]));
            page.Section("Against the dearest", () => page.Plots(
            [
                ("time to start, ms", Bars(report, r => r.MedianStart)),
                ("memory of an idle workload, MiB", Bars(report, r => r.IdleMebibytes)),
                ("processor's work, ms", Bars(report, r => r.CpuMilliseconds)),
                ("32 MiB written to disk, ms", Bars(report, r => r.WriteMilliseconds)),
            ]));
            page.Paragraph("Whether the kernel is shared is proven from inside: a workload that reads the host's boot id from its own /proc runs on the host's kernel.");
        });

    private static string Bars(RuntimeReport report, Func<RuntimeFigures, double?> figure)
    {
        var most = report.Runtimes.Max(r => figure(r) ?? 0);
        return SvgBars.Draw([.. report.Runtimes.Where(r => figure(r) is not null).Select(r => new SvgBar(
            r.RuntimeClass, null, most > 0 ? figure(r) / most : 0, "", HtmlPage.Invariant($"{figure(r):N1}")))]);
    }
}
