namespace Orchestrator.Store.Connections;

/// <summary>Pauses between attempts that double up to a limit, each shortened at random by up to a half, so that servers do not come back in step.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan limit, TimeProvider time, Random jitter)
{
    private int _doublings;

    public void Reset() => _doublings = 0;

    public TimeSpan Next()
    {
        double factor;
        lock (jitter)
        {
            factor = 1 - (jitter.NextDouble() / 2);
        }

        var pause = first * Math.Pow(2, _doublings);
        if (pause >= limit)
        {
            return limit * factor;
        }

        _doublings++;
        return pause * factor;
    }

    public Task PauseAsync(CancellationToken cancel) => Task.Delay(Next(), time, cancel);
}
