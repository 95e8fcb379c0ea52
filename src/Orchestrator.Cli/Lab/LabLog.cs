using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Lab;

/// <summary>Reads the ends of log files.</summary>
internal static class LabLog
{
    private const int LongestTailBytes = 1 << 20;
    private static readonly TimeSpan FollowEvery = TimeSpan.FromMilliseconds(300);

    /// <summary>The last lines of a file, to be shown below an error.</summary>
    public static string Ending(string file) => $"The end of {file}:\n  {string.Join("\n  ", Tail(file, 15))}";

    /// <summary>The last lines of a file; none if there is no file. Reads at most the file's last mebibyte.</summary>
    public static IReadOnlyList<string> Tail(string file, int lines)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Seek(-Math.Min(stream.Length, LongestTailBytes), SeekOrigin.End);
            using var reader = new StreamReader(stream);
            return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(lines)];
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Prints the end of a unit's log, and with <paramref name="follow"/> what is appended until cancelled.</summary>
    /// <returns>Exit code.</returns>
    /// <exception cref="CommandFailedException">There is no such log.</exception>
    public static async Task<int> ShowAsync(
        LabLayout layout, string unit, int lines, bool follow, TextWriter output, TimeProvider time, CancellationToken cancel)
    {
        var file = layout.LogFile(unit);
        if (Path.GetFileName(unit) != unit || !File.Exists(file))
        {
            IEnumerable<string> files = Directory.Exists(layout.Logs) ? Directory.EnumerateFiles(layout.Logs, "*.log") : [];
            var known = files.Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);
            throw new CommandFailedException($"there is no log of '{unit}'; there are: {string.Join(", ", known)}");
        }

        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var position = stream.Length;
        foreach (var line in Tail(file, lines))
        {
            await output.WriteLineAsync(line);
        }

        while (follow && !cancel.IsCancellationRequested)
        {
            // A log that got shorter was cut by its rotation.
            stream.Position = position = stream.Length < position ? 0 : position;
            using var reader = new StreamReader(stream, leaveOpen: true);
            await output.WriteAsync(await reader.ReadToEndAsync(cancel));
            position = stream.Position;
            await Task.Delay(FollowEvery, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return 0;
    }
}
