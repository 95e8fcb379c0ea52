using System.Globalization;
using System.Text;
using Orchestrator.Agent.Platform;
using Orchestrator.Agent.Runtimes.Qemu.Qmp;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>
/// The emulator's process of one machine. It is nobody's child: it has its own session and control groups, so it outlives the agent,
/// and any agent finds it again by its pid file.
/// </summary>
internal sealed class MachineProcess
{
    private static readonly TimeSpan LaunchTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly MachineDirectory _files;
    private readonly TimeProvider _time;

    private MachineProcess(int processId, MachineDirectory files, TimeProvider time)
    {
        ProcessId = processId;
        _files = files;
        _time = time;
    }

    public int ProcessId { get; }

    /// <summary>Whether the process is this machine's and has not ended. Process ids are used again; command lines name the machine.</summary>
    public bool IsAlive => IsMachine(ProcessId, _files);

    /// <summary>Starts the emulator and returns when its monitor is open.</summary>
    /// <param name="emulator">Program.</param>
    /// <param name="arguments">See <see cref="MachineCommandLine"/>.</param>
    /// <param name="files">Of the machine; the run directory exists.</param>
    /// <param name="cgroups">Control groups to enter before the emulator allocates anything.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancel">Gives up waiting; a machine may be starting nevertheless.</param>
    /// <exception cref="ToolFailedException">The emulator refuses to start; the message is its own.</exception>
    public static async Task<MachineProcess> LaunchAsync(
        string emulator, IReadOnlyList<string> arguments, MachineDirectory files, IReadOnlyList<string> cgroups, TimeProvider time, CancellationToken cancel)
    {
        // The shell enters the groups and becomes the emulator, which returns, as a daemon, when it is ready.
        const string script = "while [ \"$1\" != -- ]; do echo $$ >\"$1/cgroup.procs\" || exit 125; shift; done; shift; exec \"$@\"";
        try
        {
            await Tool.RunAsync("/bin/sh", ["-c", script, "sh", .. cgroups, "--", emulator, .. arguments], LaunchTimeout, cancel);
        }
        catch (ToolFailedException error) when (TailOf(files.EmulatorLog) is { Length: > 0 } words)
        {
            throw new ToolFailedException(emulator, $"does not start: {words}", error);
        }

        return Find(files, time) ?? throw new ToolFailedException(emulator, $"started and ended at once: {TailOf(files.EmulatorLog)}");
    }

    /// <summary>The machine's process, if it runs.</summary>
    public static MachineProcess? Find(MachineDirectory files, TimeProvider time)
    {
        try
        {
            var text = File.ReadAllText(files.ProcessId).Trim();
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && IsMachine(id, files) ? new MachineProcess(id, files, time) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public Task<QmpConnection> ConnectAsync(TimeSpan timeout, CancellationToken cancel) => QmpConnection.ConnectAsync(_files.Monitor, timeout, _time, cancel);

    public void Kill()
    {
        if (IsAlive)
        {
            Posix.Signal(ProcessId, Posix.SigKill);
        }
    }

    /// <summary>Whether it ended within the time.</summary>
    public async Task<bool> WaitForEndAsync(TimeSpan timeout, CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        while (IsAlive)
        {
            if (_time.GetElapsedTime(started) >= timeout)
            {
                return false;
            }

            await Task.Delay(PollInterval, _time, cancel);
        }

        return true;
    }

    /// <summary>The last lines of a small log, for messages.</summary>
    public static string TailOf(string path, int mostCharacters = 500)
    {
        try
        {
            var text = File.ReadAllText(path).Trim();
            return text.Length <= mostCharacters ? text : text[^mostCharacters..];
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static bool IsMachine(int processId, MachineDirectory files)
    {
        try
        {
            var arguments = File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/cmdline"));
            // An ended process that nobody has reaped yet has no command line.
            return arguments.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"\0-pidfile\0{files.ProcessId}\0")) >= 0 && !arguments.AsSpan().StartsWith("/bin/sh\0"u8);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
