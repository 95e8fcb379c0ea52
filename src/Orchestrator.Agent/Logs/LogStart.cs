namespace Orchestrator.Agent.Logs;

/// <summary>Where reading of a log begins.</summary>
/// <param name="After">Rotated files up to this one are not read; empty for all.</param>
/// <param name="Offset">Bytes of the first file read that are passed over.</param>
internal readonly record struct LogStart(string After, long Offset)
{
    /// <summary>By the lines and the time asked for: files that end before are not opened, or only to count their lines.</summary>
    public static async Task<LogStart> FindAsync(LogFiles files, LogQuery query, CancellationToken cancel)
    {
        var rotated = files.Rotated();
        // Rotated files are not written any more, so all of their lines are older than this.
        var first = query.Since is { } since ? rotated.TakeWhile(f => File.GetLastWriteTimeUtc(f) < since.UtcDateTime).Count() : 0;
        if (query.TailLines is not { } left)
        {
            return new LogStart(Before(rotated, first), 0);
        }

        // From the newest file back, until there are lines enough.
        for (var i = rotated.Count; i >= first; i--)
        {
            var (offset, lines) = await CountAsync(i == rotated.Count ? files.Current : rotated[i], left, cancel);
            left -= lines;
            if (left <= 0 || i == first)
            {
                return new LogStart(Before(rotated, i), offset);
            }
        }

        return new LogStart(Before(rotated, rotated.Count), 0);
    }

    private static string Before(IReadOnlyList<string> rotated, int index) => index == 0 ? "" : rotated[index - 1];

    private static async Task<(long Offset, long Lines)> CountAsync(string path, long lines, CancellationToken cancel)
    {
        await using var log = LogReader.TryOpen(path);
        return log is null ? (0, 0) : await LogTail.FindAsync(log, lines, cancel);
    }
}
