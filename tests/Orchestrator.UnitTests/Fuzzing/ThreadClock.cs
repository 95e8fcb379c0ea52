using System.Globalization;

namespace Orchestrator.UnitTests.Fuzzing;

/// <summary>Processor time of the thread that made it, from <c>/proc</c>: what a busy machine takes from a thread is not the thread's own.</summary>
internal sealed class ThreadClock
{
    private const double TicksPerSecond = 100;

    private readonly string _stat = $"/proc/{new FileInfo("/proc/thread-self").LinkTarget}/stat";

    /// <summary>So far; may be read by any thread.</summary>
    public TimeSpan Used()
    {
        // The name in the second field may contain spaces; the fields after it begin with the state. The 12th and 13th of them are utime and stime.
        var stat = File.ReadAllText(_stat);
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
    }
}
