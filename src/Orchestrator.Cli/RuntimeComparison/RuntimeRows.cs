using Orchestrator.Load.Results;

namespace Orchestrator.Cli.RuntimeComparison;

/// <summary>The rows of the comparison, as table, Markdown and page show them: a line for each question, a column for each runtime.</summary>
internal static class RuntimeRows
{
    public static IReadOnlyList<(string Question, IReadOnlyList<string> Answers)> Of(RuntimeReport report)
    {
        var host = report.Runtimes[0];
        (string, Func<RuntimeFigures, string>)[] questions =
        [
            ("run by", r => r.RuntimeClass == "host" ? "the machine itself" : r.Hypervisor),
            ("time to start, median, ms", r => ReportColumns.Text(r.MedianStart)),
            ("image, MiB", r => ReportColumns.Text(r.ImageMebibytes)),
            ("kernel and initramfs besides, MiB", r => ReportColumns.Text(r.AddedMebibytes)),
            ("memory of an idle workload, MiB", r => ReportColumns.Text(r.IdleMebibytes)),
            ("idle workloads per GiB", r => ReportColumns.Text(r.PerGibibyte)),
            ("processor of an idle workload, % of a core", r => ReportColumns.Text(r.IdleCpuPercent)),
            ("processor's work, ms", r => Against(r.CpuMilliseconds, host.CpuMilliseconds)),
            ("32 MiB written to disk, ms", r => Against(r.WriteMilliseconds, host.WriteMilliseconds)),
            ("kernel, read from inside", r => r.Kernel),
            ("kernel shared with the host", r => r.SharesKernel switch { true => "yes", false => "no", null => "" }),
            ("processes seen from inside", r => ReportColumns.Text(r.VisibleProcesses)),
            ("could not be measured", r => r.Failure ?? ""),
        ];
        return
        [
            .. questions.Select(q => (q.Item1, (IReadOnlyList<string>)[.. report.Runtimes.Select(q.Item2)])).Where(row => row.Item2.Any(a => a.Length > 0)),
        ];
    }

    private static string Against(double? value, double? host) => value is { } mine
        ? host is > 0 and var bare ? FormattableString.Invariant($"{mine:0} ({mine / bare:0.##} x the host's)") : FormattableString.Invariant($"{mine:0}")
        : "";
}
