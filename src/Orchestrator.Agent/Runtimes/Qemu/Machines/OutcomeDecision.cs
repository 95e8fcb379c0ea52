using Orchestrator.Agent.Runtimes.Qemu.Guest;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>Decides how an ended machine ended, from what is left of it.</summary>
internal static class OutcomeDecision
{
    /// <summary>128 and SIGKILL: what ends without a word counts as killed.</summary>
    public const int Killed = 137;

    /// <summary>As runc reports a command that could not be started.</summary>
    public const int CannotRun = 128;

    /// <param name="report">The guest's own report, which is believed before anything else.</param>
    /// <param name="fault">Why the agent gave it up, if it did.</param>
    /// <param name="wasOutOfMemory">The emulator was killed for its memory limit.</param>
    /// <param name="remains">Last words of emulator and guest kernel.</param>
    /// <param name="finishedAt">When it ended.</param>
    public static MachineOutcome Decide(GuestReport report, MachineFault? fault, bool wasOutOfMemory, string remains, DateTimeOffset finishedAt) => report switch
    {
        { ExitCode: { } code, OutOfMemory: true } when code != 0 => new MachineOutcome(code, "OOMKilled", "the guest's kernel ran out of memory", finishedAt),
        { ExitCode: 0 } => new MachineOutcome(0, "Completed", null, finishedAt),
        { ExitCode: { } code } => new MachineOutcome(code, "Error", null, finishedAt),
        { Failure: { } failure } => new MachineOutcome(CannotRun, "ContainerCannotRun", failure, finishedAt),
        _ when fault is not null => new MachineOutcome(Killed, fault.Reason, fault.Message, finishedAt),
        _ when wasOutOfMemory => new MachineOutcome(Killed, "OOMKilled", "the machine's process went over its memory limit", finishedAt),
        _ => new MachineOutcome(Killed, "Error", "the machine ended without reporting an exit code" + (remains.Length > 0 ? ": " + remains : ""), finishedAt),
    };
}
