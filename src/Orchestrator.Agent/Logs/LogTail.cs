namespace Orchestrator.Agent.Logs;

/// <summary>Finds where the last lines of a log begin, by reading it backwards in blocks: memory stays bounded however long the log is.</summary>
internal static class LogTail
{
    private const int BlockBytes = 64 * 1024;

    // Time, stream and tag are in the first bytes of an entry; read beyond the block in case the entry's head is cut.
    private const int HeadBytes = 64;

    /// <summary>Offset at which the last <paramref name="lines"/> lines begin, and how many there are from there; 0 if there are no more than that.</summary>
    /// <param name="log">A seekable log in CRI format.</param>
    /// <param name="lines">Lines as the program wrote them: the parts of a long one count once.</param>
    public static async Task<(long Offset, long Lines)> FindAsync(Stream log, long lines, CancellationToken cancel)
    {
        var length = log.Length;
        if (lines == 0)
        {
            return (length, 0);
        }

        var block = new byte[BlockBytes + HeadBytes];
        var found = 0L;
        // End of the entry whose head is being looked for: where the next one begins.
        var entryEnd = length;
        for (var end = length; end > 0; end = Math.Max(0, end - BlockBytes))
        {
            var start = Math.Max(0, end - BlockBytes);
            var count = (int)Math.Min(length - start, end - start + HeadBytes);
            log.Position = start;
            await log.ReadExactlyAsync(block.AsMemory(0, count), cancel);
            for (var i = (int)(end - start) - 1; i >= -1; i--)
            {
                var isStart = i >= 0 ? block[i] == (byte)'\n' && start + i + 1 < length : start == 0;
                if (!isStart)
                {
                    continue;
                }

                var head = block.AsMemory(i + 1, Math.Min(HeadBytes, count - i - 1));
                var endsLine = !LogLine.TryParse(head, out var line) || !line.IsPartial;
                // A part at the very end is a line that is still being written.
                if ((endsLine || entryEnd == length) && ++found > lines)
                {
                    return (entryEnd, lines);
                }

                entryEnd = start + i + 1;
            }
        }

        return (0, found);
    }
}
