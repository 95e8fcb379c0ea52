namespace Orchestrator.Api.Requests;

/// <summary>Bounds the requests that are served at once. Watches have a limit of their own, and streams of subresources last as long as their client.</summary>
internal sealed class InFlightLimit(ApiOptions options)
{
    private int _inFlight;

    /// <summary>False where there are too many already.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _inFlight) <= options.MaxRequestsInFlight)
        {
            return true;
        }

        Interlocked.Decrement(ref _inFlight);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _inFlight);
}
