namespace Orchestrator.Store.Commit;

/// <summary>One caller's mutations, waiting for their results.</summary>
internal sealed class CommitRequest(PreparedMutation[] mutations, Fence? fence)
{
    private readonly TaskCompletionSource<CommitResult[]> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Nobody's: has the writer come round.</summary>
    public static CommitRequest Empty() => new([], fence: null);

    public PreparedMutation[] Mutations { get; } = mutations;

    public Fence? Fence { get; } = fence;

    public int BodyBytes { get; } = mutations.Sum(m => m.Body.Length);

    public Task<CommitResult[]> Result => _result.Task;

    /// <summary>The caller no longer waits, or has been answered: if the request has not been sent yet, it need not be.</summary>
    public bool IsOver => _result.Task.IsCompleted;

    public void Complete(CommitResult[] results) => _result.TrySetResult(results);

    public void Fail(Exception e)
    {
        if (_result.TrySetException(e))
        {
            // Seen to: the caller may have left before.
            _ = _result.Task.Exception;
        }
    }

    public void Abandon() => _result.TrySetCanceled();
}
