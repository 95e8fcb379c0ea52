using Microsoft.Extensions.Logging;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Connections;

namespace Orchestrator.Store.Compaction;

/// <summary>
/// Trims the change log to an age and a number of changes, in small transactions. Every server does this; the compaction row's lock lets one at a time.
/// Ages are counted from when this process saw a revision, so a restart only makes the log a little longer.
/// </summary>
internal sealed partial class LogCompactor(StoreDatabase database, ObjectCache cache, StoreOptions options, TimeProvider time, ILogger<LogCompactor> log)
{
    private const int StepRevisions = 2000;

    private readonly Queue<(long Revision, long SeenAt)> _seen = new();

    public async Task RunAsync(CancellationToken cancel)
    {
        if (options.CompactionInterval <= TimeSpan.Zero)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.CompactionInterval, time);
        while (await timer.WaitForNextTickAsync(cancel))
        {
            try
            {
                await CompactAsync(Target(), cancel);
                await ForgetWritersAsync(cancel);
            }
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                LogFailed(log, e);
            }
        }
    }

    /// <summary>Everything up to here may go.</summary>
    private long Target()
    {
        var revision = cache.Revision;
        _seen.Enqueue((revision, time.GetTimestamp()));
        var old = 0L;
        while (_seen.TryPeek(out var oldest) && time.GetElapsedTime(oldest.SeenAt) >= options.ChangeRetention)
        {
            old = oldest.Revision;
            _seen.Dequeue();
        }

        return Math.Max(old, revision - options.MaxRetainedChanges);
    }

    private async Task CompactAsync(long target, CancellationToken cancel)
    {
        var reached = -1L;
        while (true)
        {
            await using var command = database.Readers.CreateCommand("SELECT compact_log($1, $2)");
            command.Parameters.Add(new() { Value = target });
            command.Parameters.Add(new() { Value = (long)StepRevisions });
            var now = (long)(await command.ExecuteScalarAsync(cancel))!;

            // Also where another server has compacted.
            cache.NoteCompaction(now);
            if (now == reached || now >= target)
            {
                return;
            }

            reached = now;
        }
    }

    /// <summary>Batches of servers long gone will not be asked for again.</summary>
    private async Task ForgetWritersAsync(CancellationToken cancel)
    {
        await using var command = database.Readers.CreateCommand("DELETE FROM writer WHERE used_at < now() - interval '1 day'");
        await command.ExecuteNonQueryAsync(cancel);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Compaction failed; the next one will catch up")]
    private static partial void LogFailed(ILogger logger, Exception e);
}
