namespace Orchestrator.Api.Flow;

/// <summary>The seats that one request holds; given back once, however often it is disposed.</summary>
internal sealed class FlowSeat(FairQueue? queue, int width) : IDisposable
{
    /// <summary>Of a request that needs none.</summary>
    public static readonly FlowSeat Exempt = new(null, 0);

    private FairQueue? _queue = queue;

    public void Dispose() => Interlocked.Exchange(ref _queue, null)?.Leave(width);
}
