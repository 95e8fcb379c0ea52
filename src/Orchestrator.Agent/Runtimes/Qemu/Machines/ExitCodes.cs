namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>Exit codes of what did not end by itself.</summary>
internal static class ExitCodes
{
    /// <summary>128 and SIGKILL: what ends without a word counts as killed.</summary>
    public const int Killed = 137;

    /// <summary>As runc reports a command that could not be started.</summary>
    public const int CannotRun = 128;
}
