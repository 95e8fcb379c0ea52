using System.Globalization;
using Orchestrator.Cli.Lab.Processes;

namespace Orchestrator.NodeTests.Lab;

/// <summary>Finds the machine's processes by what is in their arguments.</summary>
internal static class RunningProcess
{
    /// <summary>Processes of the given program whose arguments contain <paramref name="text"/>, identified beyond their ids.</summary>
    public static IReadOnlyList<ProcessIdentity> Find(string program, string text) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && Arguments(id) is { Length: > 0 } arguments && Path.GetFileName(arguments[0]) == program && arguments.Any(argument => argument.Contains(text, StringComparison.Ordinal)))
            .Select(ProcessIdentity.Of)
            .OfType<ProcessIdentity>()
            .OrderBy(process => process.Id),
    ];

    private static string[] Arguments(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            // It ended in between.
            return [];
        }
    }
}
