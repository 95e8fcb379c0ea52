using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>
/// The files of one machine. The machine's process outlives the agent; everything a restarted agent must know is here.
/// The directory appears whole, by a rename, so a crash while creating leaves nothing half made.
/// </summary>
internal sealed record MachineDirectory(string Path, string RunDirectory)
{
    /// <summary>What was asked for; written before the directory gets its name.</summary>
    public string Spec => In("machine.json");

    /// <summary>The guest kernel's messages.</summary>
    public string Console => In("console.log");

    public string StandardOutput => In("stdout.raw");

    public string StandardError => In("stderr.raw");

    /// <summary>How far the raw output has been written to the log.</summary>
    public string LogCheckpoint => In("log-checkpoint.json");

    public string ProcessId => In("pid");

    public string EmulatorLog => In("emulator.log");

    /// <summary>Written before the first launch.</summary>
    public string Launched => In("launched.json");

    /// <summary>Why the agent gave the machine up, written before it ends it.</summary>
    public string Fault => In("fault.json");

    /// <summary>How it ended; with it, the machine is over.</summary>
    public string Outcome => In("outcome.json");

    /// <summary>The monitor's socket: its name stands for the path, which may be longer than sockets' names can be.</summary>
    public string Monitor => System.IO.Path.Combine(RunDirectory, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path)))[..24] + ".qmp");

    /// <summary>Named for the machine and its place, so that nodes on one machine do not meet.</summary>
    public string CgroupName => System.IO.Path.GetFileNameWithoutExtension(Monitor);

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
