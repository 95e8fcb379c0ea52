using System.Globalization;

namespace Orchestrator.Agent.Runtimes.Qemu.Guest;

/// <summary>What the guest's init has reported on its port: lines <c>started</c>, then <c>exited CODE OOM</c>, or <c>failed MESSAGE</c>.</summary>
/// <param name="Started">The container's command has been started.</param>
/// <param name="ExitCode">As a shell has it: 128 and the signal's number for one that was killed; null while it runs.</param>
/// <param name="OutOfMemory">The guest's kernel killed a process for want of memory.</param>
/// <param name="Failure">Why the command could not be started.</param>
internal sealed record GuestReport(bool Started, int? ExitCode, bool OutOfMemory, string? Failure)
{
    public static GuestReport Parse(string text)
    {
        var report = new GuestReport(false, null, false, null);
        // A line without its end is still being written.
        var complete = text[..(text.LastIndexOf('\n') + 1)];
        foreach (var line in complete.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ', 2);
            report = words[0] switch
            {
                "started" => report with { Started = true },
                "failed" => report with { Failure = words.Length > 1 ? words[1] : "no message" },
                "exited" when words.Length > 1 => ReadExit(report, words[1].Split(' ')),
                _ => report,
            };
        }

        return report;
    }

    private static GuestReport ReadExit(GuestReport report, string[] values) =>
        values.Length == 2 && int.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= 255
            ? report with { ExitCode = code, OutOfMemory = values[1] == "1" }
            : report;
}
