using Orchestrator.Agent.Runtimes.Qemu.Guest;
using Orchestrator.Agent.Runtimes.Qemu.Logs;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>Concludes a machine whose process is gone: the rest of its output into the log, then its outcome, in this order, so that an ended container's log is complete.</summary>
internal static class MachineEnding
{
    private const int MostReportBytes = 64 * 1024;

    /// <summary>Safe to repeat after a crash: an outcome that is there stays.</summary>
    public static MachineOutcome Conclude(MachineDirectory files, MachineRecord machine, MachineCgroup cgroup, TimeProvider time)
    {
        if (RecordFile.TryRead(files.Outcome, MachineJson.Default.MachineOutcome) is { } known)
        {
            return known;
        }

        using (var pump = LogPump.Open(files, machine.LogPath, time))
        {
            pump.Pump(isLast: true);
        }

        var outcome = OutcomeDecision.Decide(
            ReadReport(files),
            RecordFile.TryRead(files.Fault, MachineJson.Default.MachineFault),
            cgroup.WasOutOfMemory(),
            string.Join("; ", new[] { MachineProcess.TailOf(files.EmulatorLog), MachineProcess.TailOf(files.Console) }.Where(text => text.Length > 0)),
            EndOf(files, time));
        RecordFile.Write(files.Outcome, outcome, MachineJson.Default.MachineOutcome);
        cgroup.Remove();
        if (Directory.Exists(files.RunDirectory))
        {
            // After a restart of the machine it has gone with everything in /run.
            File.Delete(files.Monitor);
        }

        return outcome;
    }

    public static GuestReport ReadReport(MachineDirectory files)
    {
        try
        {
            using var file = new FileStream(files.Report, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var text = new byte[Math.Min(file.Length, MostReportBytes)];
            return GuestReport.Parse(System.Text.Encoding.UTF8.GetString(text, 0, file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false)));
        }
        catch (IOException)
        {
            return GuestReport.Parse("");
        }
    }

    /// <summary>The guest's last report tells when it ended even if no agent was there to see.</summary>
    private static DateTimeOffset EndOf(MachineDirectory files, TimeProvider time) =>
        ReadReport(files) is { ExitCode: not null } or { Failure: not null } ? new DateTimeOffset(File.GetLastWriteTimeUtc(files.Report), TimeSpan.Zero) : time.GetUtcNow();
}
