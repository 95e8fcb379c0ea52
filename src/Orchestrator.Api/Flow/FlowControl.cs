using Orchestrator.Api.Requests;
using Orchestrator.Api.Security;
using Orchestrator.Api.Telemetry;

namespace Orchestrator.Api.Flow;

/// <summary>
/// Bounds the requests that are served at once (API priority and fairness): each level has seats of its own, within it each user a queue, and
/// administrators and probes need none. Heartbeats of nodes so always find a seat, whatever anyone else sends.
/// </summary>
internal sealed class FlowControl(ApiOptions options, ListSizes sizes, ApiMetrics metrics, TimeProvider clock)
{
    /// <summary>Objects in a list that weigh as much as one request.</summary>
    private const int ObjectsPerSeat = 1000;

    private const int MaxWidth = 10;

    private readonly Dictionary<FlowLevel, FairQueue> _levels = FlowLevel.All.ToDictionary(
        level => level,
        level => new FairQueue(
            Math.Max(1, options.MaxRequestsInFlight * level.Shares / FlowLevel.All.Sum(l => l.Shares)), options.MaxQueuedPerUser, options.MaxQueuedPerLevel));

    /// <summary>The seat, once there is one; null where the request is to be answered 429.</summary>
    public ValueTask<FlowSeat?> EnterAsync(UserInfo user, RequestInfo request, CancellationToken cancel)
    {
        if (FlowLevel.Of(user, request) is not { } level)
        {
            return new(FlowSeat.Exempt);
        }

        var width = WidthOf(request);
        return _levels[level].TryTake(width) is { } seat ? new(seat) : WaitAsync(level, user.Name, width, cancel);
    }

    private async ValueTask<FlowSeat?> WaitAsync(FlowLevel level, string user, int width, CancellationToken cancel)
    {
        var started = clock.GetTimestamp();
        using var limit = new CancellationTokenSource(options.MaxQueueTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            if (_levels[level].TryWait(user, width, out var waiting, either.Token))
            {
                var seat = await waiting;
                metrics.Waited(level.Name, clock.GetElapsedTime(started));
                return seat;
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Too long in the queue: as good as full.
        }

        metrics.Rejected(level.Name);
        return null;
    }

    private int WidthOf(RequestInfo request) => request.Verb == "list" && request.Kind is { } kind
        ? Math.Clamp(1 + (sizes.Of(kind.StorageName, request.Namespace) / ObjectsPerSeat), 1, MaxWidth)
        : 1;
}
