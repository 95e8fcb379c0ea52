using System.Globalization;

namespace Orchestrator.Cli.Lab.Processes;

/// <summary>A process that cannot be mistaken for a later one with the same id: the kernel's start time is part of it.</summary>
/// <param name="Id">Process id.</param>
/// <param name="StartTicks">Field 22 of <c>/proc/PID/stat</c> (proc(5)): clock ticks after boot.</param>
internal sealed record ProcessIdentity(int Id, long StartTicks)
{
    /// <summary>Whether the process runs; one that ended and waits to be reaped does not.</summary>
    public bool IsAlive => Observe(Id) is { } now && now.State is not ('Z' or 'X') && now.StartTicks == StartTicks;

    /// <summary>Identifies the process that has this id now; null if none has.</summary>
    public static ProcessIdentity? Of(int id) => Observe(id) is { } now ? new ProcessIdentity(id, now.StartTicks) : null;

    /// <summary>Reads what <see cref="DetachedProcess"/> wrote; null if the file is missing or was cut short.</summary>
    public static ProcessIdentity? Read(string file)
    {
        try
        {
            var fields = File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return fields.Length == 2
                && int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
                ? new ProcessIdentity(id, ticks)
                : null;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static (char State, long StartTicks)? Observe(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");

            // The second field is the program's name in parentheses and may hold anything, spaces and parentheses included.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // ESRCH while reading comes as an IOException: the process ended in between.
            return null;
        }
    }
}
