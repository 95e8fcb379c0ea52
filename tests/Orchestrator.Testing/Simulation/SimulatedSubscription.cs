using Orchestrator.Store;

namespace Orchestrator.Testing.Simulation;

internal sealed class SimulatedSubscription(string? resource, string? ns, long after, Func<bool> isCut, Action<SimulatedSubscription> disposed) : IChangeSubscription
{
    private readonly long _after = after;
    private readonly Queue<Change> _ready = new();
    // Without RunContinuationsAsynchronously, which would let WaitAsync continue on the thread pool, off the seed's course.
    private TaskCompletionSource _arrived = new();

    public long Revision { get; private set; } = after;

    public async ValueTask<IReadOnlyList<Change>> ReadAsync(CancellationToken cancel = default)
    {
        while (_ready.Count == 0)
        {
            await _arrived.Task.WaitAsync(cancel);
        }

        if (isCut())
        {
            throw new SubscriptionLaggedException();
        }

        Change[] changes = [.. _ready];
        _ready.Clear();
        _arrived = new TaskCompletionSource();
        Revision = changes[^1].Revision;
        return changes;
    }

    public void Offer(IEnumerable<Change> changes)
    {
        foreach (Change change in changes)
        {
            bool concerns = change.Revision > _after
                && (resource is null || change.Object.Key.Resource == resource)
                && (ns is null || change.Object.Key.Namespace == ns);
            if (concerns)
            {
                _ready.Enqueue(change);
            }
        }

        if (_ready.Count > 0)
        {
            _arrived.TrySetResult();
        }
    }

    public void Dispose() => disposed(this);
}
