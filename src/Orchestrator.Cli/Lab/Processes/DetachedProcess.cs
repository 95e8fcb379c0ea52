using System.Diagnostics;

namespace Orchestrator.Cli.Lab.Processes;

/// <summary>
/// Starts programs that outlive whoever started them: in a session of their own (no terminal's signals), output appended to a file
/// (no pipe that breaks), identity written to a file before the program begins (so that no crash of the starter loses one that runs).
/// </summary>
internal static class DetachedProcess
{
    // $0 is the process file, $1 the log file, the rest the program. The shell keeps its process id and start time over exec.
    private const string Script =
        """
        read -r stat < /proc/$$/stat
        start=$(echo "${stat##*) }" | cut -d ' ' -f 20)
        printf '%s %s\n' "$$" "$start" > "$0.new" && mv "$0.new" "$0" || exit 126
        log=$1; shift
        exec "$@" >> "$log" 2>&1 < /dev/null
        """;

    /// <summary>Starts <paramref name="command"/>. The object returned reaps the process if the caller outlives it; dropping it has no effect on the process.</summary>
    public static Process Start(string processFile, string logFile, IReadOnlyList<string> command, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo("setsid") { WorkingDirectory = "/", UseShellExecute = false };
        foreach (var argument in (IEnumerable<string>)["sh", "-c", Script, processFile, logFile, .. command])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("setsid was not started");
    }
}
