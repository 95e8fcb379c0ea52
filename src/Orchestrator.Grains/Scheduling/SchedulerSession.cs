using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Objects;
using Orchestrator.Scheduling.Explanations;
using Orchestrator.Store;

namespace Orchestrator.Grains.Scheduling;

/// <summary>
/// One epoch of a scheduler: takes the epoch, reads the cluster, then follows the changes, decides and binds until something goes wrong.
/// Deciding never waits for the database: up to <see cref="SchedulerOptions.BatchesInFlight"/> batches are being committed meanwhile.
/// </summary>
/// <remarks>
/// The order at the start is what keeps nodes from being overfilled by two activations, or after a lost reply: once the epoch is taken no
/// earlier bind can commit any more, so what is read after that includes every bind there will ever be from before. For the same reason a
/// commit whose outcome is unknown ends the session instead of being guessed at.
/// </remarks>
internal sealed class SchedulerSession(
    IObjectStore store,
    SchedulerOptions options,
    IDecisionSink sink,
    TimeProvider time,
    Random random,
    ILogger logger)
{
    private const int InboxSize = 16;

    private static readonly string[] Watched = [
        Resources.Namespaces, Resources.DisruptionBudgets, Resources.Services, Resources.ReplicaSets, Resources.StatefulSets, Resources.ReplicationControllers, Resources.PodGroups,
        Resources.RuntimeClasses, Resources.StorageClasses, Resources.Volumes, Resources.VolumeClaims, Resources.Hypervisors, Resources.Nodes, Resources.Pods,
    ];

    private readonly SchedulerCore _core = new(options.Profiles, random);
    private readonly Channel<Input> _inbox = Channel.CreateBounded<Input>(InboxSize);
    private int _batchesInFlight;
    private Fence _fence;

    /// <summary>Runs until cancelled (then it returns) or until the store or the epoch is lost (then it throws).</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _fence = new Fence(options.FenceName, await store.TakeEpochAsync(options.FenceName, cancel));
        await store.SyncAsync(cancel);
        using IChangeSubscription changes = store.Subscribe(null, null, store.Revision);
        Load();
        SchedulerLog.Started(logger, options.Name, _fence.Epoch, _core.Cluster.NodeCount, _core.Queue.Count);
        Task reading = ReadChangesAsync(changes, ending.Token);
        try
        {
            await DecideAndBindAsync(cancel);
        }
        finally
        {
            _inbox.Writer.TryComplete();
            Cancel(ending);
            await reading;
            while (_inbox.Reader.TryRead(out Input? left))
            {
                left.Question?.Answer.TrySetResult(null);
            }

            sink.Stopped(options.Name);
        }
    }

    /// <summary>
    /// What is said of the node for the pod, once the scheduler gets to it; null where it knows the one or the other not, or its session ends first.
    /// </summary>
    public async Task<NodeExplanation?> ExplainNodeAsync(string podUid, string nodeName, CancellationToken cancel)
    {
        var question = new NodeQuestion(podUid, nodeName, new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await _inbox.Writer.WriteAsync(new Input { Question = question }, cancel);
        }
        catch (ChannelClosedException)
        {
            return null;
        }

        return await question.Answer.Task.WaitAsync(cancel);
    }

    // Not CancelAsync: that would leave the scheduler's task for the thread pool, and a simulation its seed.
    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    private void Load()
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (StoredObject stored in Watched.SelectMany(resource => store.List(resource).Items))
        {
            _core.Set(stored, now);
        }
    }

    private async Task DecideAndBindAsync(CancellationToken cancel)
    {
        DateTimeOffset retryAll = time.GetUtcNow() + options.RetryAllInterval;
        while (!cancel.IsCancellationRequested)
        {
            DateTimeOffset now = time.GetUtcNow();
            if (now >= retryAll)
            {
                _core.Queue.WakeAll(now);
                retryAll = now + options.RetryAllInterval;
            }

            bool mayDecide = _batchesInFlight < options.BatchesInFlight;
            List<SchedulingDecision> decisions = mayDecide ? _core.Decide(options.BatchSize, now) : [];
            if (decisions.Count > 0)
            {
                Send(decisions, now, cancel);
            }

            sink.QueueIs(options.Name, _core.Queue.ReadyCount, _core.Queue.BackingOffCount, _core.Queue.UnschedulableCount);
            if (decisions.Count == 0)
            {
                DateTimeOffset next = mayDecide && _core.Queue.NextReady is { } due && due < retryAll ? due : retryAll;
                await WaitForInputAsync(next - now, cancel);
            }

            while (_inbox.Reader.TryRead(out Input? input))
            {
                Take(input);
            }

            if (_inbox.Reader.Completion.IsFaulted)
            {
                await _inbox.Reader.Completion;
            }
        }
    }

    private void Send(List<SchedulingDecision> decisions, DateTimeOffset now, CancellationToken cancel)
    {
        sink.Decided(options.Name, _fence.Epoch, store.Revision, decisions);
        List<PlannedWrite> writes = [];
        foreach (SchedulingDecision decision in decisions)
        {
            if (!AddVolumes(decision, writes))
            {
                // Decided from what is no longer so: as if the bind had lost its race.
                _core.Complete(decision, CommitOutcome.Conflict, store.Get(decision.Object.Key), now);
                continue;
            }

            if (decision.Mutation is { } mutation)
            {
                bool hasVolumes = decision.Volumes.Count > 0 && decision.NodeName is not null;
                writes.Add(new PlannedWrite(decision, null, hasVolumes ? mutation with { Needs = writes.Count - 1 } : mutation));
            }

            writes.AddRange(Preemptions(decision, now));
        }

        if (writes.Count > 0)
        {
            _batchesInFlight++;
            _ = CommitAsync(writes, now, cancel);
        }
    }

    private bool AddVolumes(SchedulingDecision decision, List<PlannedWrite> writes)
    {
        if (decision.Volumes.Count == 0)
        {
            return true;
        }

        if (VolumeEdit.Writes(decision.Volumes, store.Get) is not { } volumes)
        {
            return decision.NodeName is null;
        }

        for (int i = 0; i < volumes.Count; i++)
        {
            writes.Add(new PlannedWrite(decision, null, i == 0 ? volumes[i] : volumes[i] with { Needs = writes.Count - 1 }) { IsOfVolume = true });
        }

        return true;
    }

    // A victim that changed meanwhile is not deleted; the pod, at its next attempt, plans again.
    private IEnumerable<PlannedWrite> Preemptions(SchedulingDecision decision, DateTimeOffset now)
    {
        foreach (PreemptionVictim victim in decision.Victims)
        {
            if (store.Get(victim.Key) is { } stored && stored.Uid == victim.Uid && BindingEdit.Preempt(stored, options.Name, now) is { } deletion)
            {
                yield return new PlannedWrite(decision, victim, deletion);
            }
        }
    }

    private async Task CommitAsync(List<PlannedWrite> writes, DateTimeOffset sent, CancellationToken cancel)
    {
        Input answer;
        try
        {
            IReadOnlyList<CommitResult> results = await store.CommitAsync([.. writes.Select(w => w.Mutation)], _fence, cancel);
            answer = new Input { Writes = writes, Results = results, Sent = sent };
        }
        catch (Exception e)
        {
            answer = new Input { Failure = e };
        }

        try
        {
            await _inbox.Writer.WriteAsync(answer, CancellationToken.None);
        }
        catch (ChannelClosedException)
        {
            // The session is over, and the next one reads what came of it from the store.
        }
    }

    private async Task ReadChangesAsync(IChangeSubscription changes, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                // Most changes of a cluster are of other kinds: a decision loop that wakes for them costs more than they do.
                List<Change> relevant = [.. (await changes.ReadAsync(cancel)).Where(c => Watched.Contains(c.Object.Key.Resource, StringComparer.Ordinal))];
                if (relevant.Count > 0)
                {
                    await _inbox.Writer.WriteAsync(new Input { Changes = relevant }, cancel);
                }
            }
        }
        catch (Exception e) when (e is ChannelClosedException || (e is OperationCanceledException && cancel.IsCancellationRequested))
        {
            // The session is over.
        }
        catch (Exception e)
        {
            _inbox.Writer.TryComplete(e);
        }
    }

    private async Task WaitForInputAsync(TimeSpan limit, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        try
        {
            // Throws what ended the reading of changes.
            await _inbox.Reader.WaitToReadAsync(waiting.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Something is due.
        }
    }

    private void Take(Input input)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (input.Failure is not null)
        {
            throw new SchedulerEpochEndedException("the outcome of a bind is unknown", input.Failure);
        }

        foreach (Change change in input.Changes)
        {
            if (change.Type == ChangeType.Deleted)
            {
                _core.Remove(change.Object, now);
            }
            else
            {
                _core.Set(change.Object, now);
            }
        }

        input.Question?.Answer.TrySetResult(
            _core.ExplainNode(input.Question.PodUid, input.Question.NodeName, _fence.Epoch, store.Revision, now));

        if (input.Writes.Count > 0)
        {
            _batchesInFlight--;
            Complete(input, now);
        }
    }

    private void Complete(Input input, DateTimeOffset now)
    {
        for (int i = 0; i < input.Writes.Count; i++)
        {
            PlannedWrite write = input.Writes[i];
            CommitResult result = input.Results[i];
            if (result.Outcome == CommitOutcome.Fenced)
            {
                throw new SchedulerEpochEndedException($"epoch {_fence.Epoch} of {_fence.Name} is over: another activation took over");
            }

            if (write.Victim is not null)
            {
                sink.Preempted(options.Name, write.Victim, result.Outcome);
                if (result.Outcome == CommitOutcome.Conflict)
                {
                    _core.PreemptionFailed(write.Victim, now);
                }

                continue;
            }

            if (write.IsOfVolume)
            {
                // The bind needs it, and says what came of both.
                continue;
            }

            SchedulingDecision decision = write.Decision;
            bool committed = result.Outcome == CommitOutcome.Committed;
            _core.Complete(decision, result.Outcome, committed ? result.Object : store.Get(decision.Object.Key), now);
            sink.Written(options.Name, decision, result.Outcome, now - input.Sent);
        }
    }

    /// <summary>One write of a batch: of the decision itself, or of a pod that gives way for it.</summary>
    private sealed record PlannedWrite(SchedulingDecision Decision, PreemptionVictim? Victim, Mutation Mutation)
    {
        /// <summary>Of a claim or a volume that the pod gets.</summary>
        public bool IsOfVolume { get; init; }
    }

    /// <summary>One thing that happened: changes, the answer to a batch, its failure, or a question.</summary>
    private sealed class Input
    {
        public IReadOnlyList<Change> Changes { get; init; } = [];

        public List<PlannedWrite> Writes { get; init; } = [];

        public IReadOnlyList<CommitResult> Results { get; init; } = [];

        public DateTimeOffset Sent { get; init; }

        public Exception? Failure { get; init; }

        public NodeQuestion? Question { get; init; }
    }

    private sealed record NodeQuestion(string PodUid, string NodeName, TaskCompletionSource<NodeExplanation?> Answer);
}

/// <summary>The scheduler may not decide under this epoch any more.</summary>
internal sealed class SchedulerEpochEndedException(string message, Exception? inner = null) : Exception(message, inner);
