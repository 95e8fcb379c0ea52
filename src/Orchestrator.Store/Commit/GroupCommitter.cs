using Microsoft.Extensions.Logging;
using Orchestrator.Store.Connections;

namespace Orchestrator.Store.Commit;

/// <summary>
/// The one writer of this process: takes what is queued, commits it as a batch, answers, and starts over. While a batch is on its way the next
/// ones queue up, so batches grow with the load. A batch whose reply was lost is sent again under its sequence number until the database says
/// what became of it, or none of its callers waits any more.
/// </summary>
internal sealed partial class GroupCommitter(
    CommitQueue queue,
    BatchCommand command,
    BatchPublisher publisher,
    Func<bool> hasPeers,
    StoreOptions options,
    TimeProvider time,
    Random jitter,
    StoreTelemetry telemetry,
    ILogger<GroupCommitter> log)
{
    private readonly CommitBatch _batch = new(options.MaxBatchMutations, options.MaxBatchBytes);
    private long _sequence;

    /// <summary>Runs until the queue is closed and empty, or <paramref name="abort"/> cuts it short.</summary>
    public async Task RunAsync(CancellationToken abort)
    {
        while (await queue.FillAsync(_batch))
        {
            await (_batch.Mutations.Count == 0 ? RenewAsync(abort) : CommitAsync(_batch, abort));
            _batch.Clear();

            // Those just answered run before the next batch is drawn, so what they commit next goes into it together.
            await Task.Yield();
        }
    }

    /// <summary>Nobody waits for it: where it fails, reads ask the database themselves.</summary>
    private async Task RenewAsync(CancellationToken abort)
    {
        try
        {
            await command.RenewAsync(hasPeers(), abort);
        }
        catch (Exception e) when (abort.IsCancellationRequested || DatabaseErrors.IsDatabase(e))
        {
            LogNotRenewed(log, e.Message);
        }
    }

    private async Task CommitAsync(CommitBatch batch, CancellationToken abort)
    {
        _sequence++;
        var backoff = new Backoff(options.MinRetryDelay, options.MaxRetryDelay, time, jitter);
        while (true)
        {
            try
            {
                await SendAsync(batch, abort);
                return;
            }
            catch (OperationCanceledException) when (abort.IsCancellationRequested)
            {
                Fail(batch, new StoreUnavailableException("the store is stopping"));
                return;
            }
            catch (Exception e) when (DatabaseErrors.IsTransient(e))
            {
                LogRetry(log, e, _sequence, batch.Mutations.Count);
                if (!await MayRetryAsync(batch, backoff, abort))
                {
                    Fail(batch, new StoreUnavailableException("the store is stopping; whether the change was made is not known", e));
                    return;
                }
            }
            catch (Exception e)
            {
                await RefuseAsync(batch, e, abort);
                return;
            }
        }
    }

    private async Task SendAsync(CommitBatch batch, CancellationToken abort)
    {
        using var activity = telemetry.StartCommit(batch.Mutations.Count);
        var started = time.GetTimestamp();
        var reply = await command.ExecuteAsync(batch, _sequence, hasPeers(), abort);
        telemetry.Committed(batch.Mutations.Count, reply.Revisions.Count(r => r == 0), time.GetElapsedTime(started));
        activity?.SetTag("orchestrator.revision", reply.HeadRevision);
        _ = publisher.PublishAsync(batch, reply);
    }

    /// <summary>Pauses; false if no caller waits any more, or the store is stopping.</summary>
    private async Task<bool> MayRetryAsync(CommitBatch batch, Backoff backoff, CancellationToken abort)
    {
        var pause = Task.Delay(backoff.Next(), time, abort);
        await pause.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return !abort.IsCancellationRequested && batch.Requests.Any(r => !r.IsOver);
    }

    /// <summary>The database refuses the batch. If it is one request's fault, the others are not to suffer: each goes alone.</summary>
    private async Task RefuseAsync(CommitBatch batch, Exception e, CancellationToken abort)
    {
        LogRefused(log, e, batch.Mutations.Count);
        if (batch.Requests.Count == 1)
        {
            Fail(batch, new StoreUnavailableException("the database refused the change", e));
            return;
        }

        foreach (var request in batch.Requests.ToArray())
        {
            var alone = new CommitBatch(options.MaxBatchMutations, options.MaxBatchBytes);
            alone.TryAdd(request);
            await CommitAsync(alone, abort);
        }
    }

    private static void Fail(CommitBatch batch, StoreUnavailableException e)
    {
        foreach (var request in batch.Requests)
        {
            request.Fail(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Sequence} of {Mutations} mutations got no reply; trying again")]
    private static partial void LogRetry(ILogger logger, Exception e, long sequence, int mutations);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The lease on the log's head was not renewed: {Reason}")]
    private static partial void LogNotRenewed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The database refused a batch of {Mutations} mutations")]
    private static partial void LogRefused(ILogger logger, Exception e, int mutations);
}
