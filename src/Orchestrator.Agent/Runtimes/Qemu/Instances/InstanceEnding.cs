using Orchestrator.Agent.Runtimes.Qemu.Logs;
using Orchestrator.Agent.Runtimes.Qemu.Machines;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>Concludes a virtual machine whose process is gone: the rest of its console into the log, then its outcome, in this order, so that an ended machine's log is complete.</summary>
internal static class InstanceEnding
{
    /// <summary>Safe to repeat after a crash: an outcome that is there stays.</summary>
    public static void Conclude(MachineDirectory files, MachineRecord machine, MachineCgroup cgroup, TimeProvider time)
    {
        if (File.Exists(files.Outcome))
        {
            return;
        }

        using (var pump = LogPump.Open(files, machine.LogPath, time))
        {
            pump.Pump(isLast: true);
        }

        var fault = RecordFile.TryRead(files.Fault, MachineJson.Default.MachineFault);
        RecordFile.Write(files.Outcome, Decide(files.HasShutDown(), fault, cgroup.WasOutOfMemory(), MachineProcess.TailOf(files.EmulatorLog), time.GetUtcNow()), MachineJson.Default.MachineOutcome);
        cgroup.Remove();
        foreach (var socket in (string[])[files.Monitor, files.SerialSocket(), files.VncSocket(), files.AgentSocket()])
        {
            if (Directory.Exists(files.RunDirectory))
            {
                File.Delete(socket);
            }
        }
    }

    /// <summary>A guest that switched itself off has succeeded, whenever that was seen; anything else is a failure, with its reason.</summary>
    internal static MachineOutcome Decide(bool hasShutDown, MachineFault? fault, bool wasOutOfMemory, string remains, DateTimeOffset now) => (hasShutDown, fault) switch
    {
        (true, _) => new MachineOutcome(0, "Completed", null, now),
        (_, { } known) => new MachineOutcome(ExitCodes.Killed, known.Reason, known.Message, now),
        _ when wasOutOfMemory => new MachineOutcome(ExitCodes.Killed, "OOMKilled", "the machine's process went over its memory limit", now),
        _ => new MachineOutcome(ExitCodes.Killed, "Error", "the emulator ended by itself" + (remains.Length > 0 ? ": " + remains : ""), now),
    };
}
