namespace Orchestrator.Agent.Streams;

/// <summary>Counts the sessions under way.</summary>
public sealed class StreamSessions
{
    private int _count;

    /// <summary>False where there are too many already.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= StreamLimits.MaxSessions)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}
