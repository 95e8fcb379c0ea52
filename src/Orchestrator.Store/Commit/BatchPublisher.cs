using Orchestrator.Store.Cache;
using Orchestrator.Store.Follow;

namespace Orchestrator.Store.Commit;

/// <summary>Brings a committed batch into the cache and answers its callers.</summary>
internal sealed class BatchPublisher(ObjectCache cache, LogFollower follower, StoreOptions options, TimeProvider time)
{
    /// <summary>
    /// Answers at once where the batch is next in the log, without asking the database again. Where other servers' commits lie in between, the
    /// follower is sent for them; the returned task ends when the callers have been answered, and need not be awaited before the next batch.
    /// </summary>
    public Task PublishAsync(CommitBatch batch, BatchReply reply)
    {
        var stored = new StoredObject?[batch.Mutations.Count];
        var entries = Entries(batch, reply, stored);
        var requests = batch.Requests.ToArray();
        if (TryApply(entries) && cache.Revision >= reply.HeadRevision)
        {
            Answer(requests, reply, stored);
            return Task.CompletedTask;
        }

        follower.Hint(reply.HeadRevision);
        return AnswerAfterGapAsync(requests, entries, reply, stored);
    }

    private async Task AnswerAfterGapAsync(CommitRequest[] requests, LogEntry[] entries, BatchReply reply, StoredObject?[] stored)
    {
        using var limit = new CancellationTokenSource(options.CommitTimeout, time);
        try
        {
            if (entries.Length > 0)
            {
                await cache.WaitForAsync(entries[0].Revision - 1, limit.Token);
                TryApply(entries);
            }

            // Also for those that failed: what they lost against is then there to be read.
            await cache.WaitForAsync(reply.HeadRevision, limit.Token);
            Answer(requests, reply, stored);
        }
        catch (OperationCanceledException e)
        {
            foreach (var request in requests)
            {
                request.Fail(new StoreUnavailableException("the change log could not be read up to the commit in time", e));
            }
        }
    }

    /// <summary>Where the batch does not fit the cache, the follower will find the same and load everything anew; the commit itself stands.</summary>
    private bool TryApply(LogEntry[] entries)
    {
        try
        {
            return cache.TryApply(entries);
        }
        catch (LogDiscontinuityException)
        {
            return false;
        }
    }

    /// <summary>The batch's part of the log: its revisions follow each other without gaps, round by round.</summary>
    private static LogEntry[] Entries(CommitBatch batch, BatchReply reply, StoredObject?[] stored)
    {
        var entries = new List<LogEntry>(batch.Mutations.Count);
        for (var i = 0; i < batch.Mutations.Count; i++)
        {
            var revision = reply.Revisions[i];
            if (revision > 0)
            {
                var mutation = batch.Mutations[i];
                stored[i] = StateOf(mutation, revision);
                entries.Add(new(revision, mutation.Type, mutation.Key, stored[i]));
            }
        }

        if (batch.RoundCount > 1)
        {
            entries.Sort(static (a, b) => a.Revision.CompareTo(b.Revision));
        }

        return [.. entries];
    }

    private static StoredObject? StateOf(PreparedMutation mutation, long revision) => mutation switch
    {
        { Summary: { } summary } => summary.At(mutation.Key, mutation.Uid, revision, mutation.Body.Span),
        { Deleted: { } last } => ObjectCache.LastStateOf(last, revision),
        _ => null,
    };

    private void Answer(CommitRequest[] requests, BatchReply reply, StoredObject?[] stored)
    {
        var i = 0;
        foreach (var request in requests)
        {
            var results = new CommitResult[request.Mutations.Length];
            for (var j = 0; j < results.Length; j++, i++)
            {
                results[j] = Result(request.Mutations[j], reply.Revisions[i], reply.Currents[i], stored[i]);
            }

            request.Complete(results);
        }
    }

    private CommitResult Result(PreparedMutation mutation, long revision, long current, StoredObject? stored)
    {
        if (revision > 0)
        {
            return new(CommitOutcome.Committed, revision, stored ?? cache.FindRecent(revision)?.Object);
        }

        return (mutation.Type, current) switch
        {
            (_, BatchReply.Fenced) => new(CommitOutcome.Fenced, 0, null),
            (_, BatchReply.Skipped) => new(CommitOutcome.Skipped, 0, null),
            (ChangeType.Created, _) => new(CommitOutcome.AlreadyExists, 0, cache.Get(mutation.Key)),
            (_, 0) => new(CommitOutcome.NotFound, 0, null),
            _ => new(CommitOutcome.Conflict, 0, cache.Get(mutation.Key)),
        };
    }
}
