using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Connections;

namespace Orchestrator.Store.Follow;

/// <summary>
/// Keeps the cache up with the log: reads what others committed whenever it is told that there may be something, and regularly, because
/// being told is only a hint. Where the log does not continue the cache, everything is loaded anew.
/// </summary>
internal sealed partial class LogFollower(
    ObjectCache cache, LogReader reader, StoreOptions options, TimeProvider time, Random jitter, ReplyClock replies, ILogger<LogFollower> log)
    : IDisposable
{
    private readonly SemaphoreSlim _hint = new(0, 1);
    private long _knownHead;

    /// <summary>Highest revision known to be in the log.</summary>
    public long KnownHead => Math.Max(Volatile.Read(ref _knownHead), cache.Revision);

    /// <summary>There may be entries up to this revision: read now.</summary>
    public void Hint(long revision = 0)
    {
        if (revision > Volatile.Read(ref _knownHead))
        {
            Volatile.Write(ref _knownHead, revision);
        }

        try
        {
            _hint.Release();
        }
        catch (SemaphoreFullException)
        {
            // A hint is waiting already: one read serves both.
        }
    }

    public async Task LoadAsync(CancellationToken cancel)
    {
        var contents = await reader.LoadAsync(Math.Min(options.RecentChanges, 4096), cancel);
        cache.Reset(contents);
        LogLoaded(log, contents.Objects.Count, contents.Revision);
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        var backoff = new Backoff(options.MinRetryDelay, options.MaxRetryDelay, time, jitter);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await _hint.WaitAsync(options.PollInterval, cancel);
                await CatchUpAsync(cancel);
                backoff.Reset();
            }
            catch (LogDiscontinuityException e)
            {
                LogReload(log, e);
                await ReloadAsync(cancel);
            }
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                // Whatever it is: a process that no longer follows must say so, and go on trying.
                replies.NoteFailure(e);
                LogFailed(log, e);
                await backoff.PauseAsync(cancel);
                Hint();
            }
        }
    }

    public void Dispose() => _hint.Dispose();

    private async Task CatchUpAsync(CancellationToken cancel)
    {
        List<LogEntry> entries;
        do
        {
            var from = cache.Revision;
            entries = await reader.ReadEntriesAsync(from, cancel);
            if (entries.Count == 0)
            {
                await RequireHeadAsync(from, cancel);
            }
            else if (!cache.TryApply(CollectionsMarshal.AsSpan(entries)))
            {
                throw new LogDiscontinuityException($"the log continues at {entries[0].Revision} where {from + 1} was expected");
            }
        }
        while (entries.Count > 0);
    }

    /// <summary>Nothing after our revision: then the head cannot be before it, unless this is not the database that we know.</summary>
    private async Task RequireHeadAsync(long revision, CancellationToken cancel)
    {
        var head = await reader.ReadHeadAsync(cancel);
        if (head < revision)
        {
            throw new LogDiscontinuityException($"the database's head went back from {revision} to {head}");
        }
    }

    private async Task ReloadAsync(CancellationToken cancel)
    {
        try
        {
            Volatile.Write(ref _knownHead, 0);
            await LoadAsync(cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            replies.NoteFailure(e);
            LogFailed(log, e);
            await Task.Delay(options.MaxRetryDelay, time, cancel);
            Hint();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded {Count} objects at revision {Revision}")]
    private static partial void LogLoaded(ILogger logger, int count, long revision);

    [LoggerMessage(Level = LogLevel.Error, Message = "The change log does not continue the cache; loading everything anew and ending all watches")]
    private static partial void LogReload(ILogger logger, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Following the change log failed; trying again")]
    private static partial void LogFailed(ILogger logger, Exception e);
}
