namespace Orchestrator.Agent.Eviction;

/// <summary>
/// What the node is short of. It counts as short for a while after it is not any more, so that pods are not sent to a node that only just got rid of some.
/// </summary>
public sealed class NodePressure(TimeProvider time)
{
    /// <summary>As kubelet's <c>--eviction-pressure-transition-period</c>.</summary>
    internal static readonly TimeSpan Transition = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<NodeSignal, DateTimeOffset> _lastShort = [];
    private HashSet<NodeSignal> _told = [];
    private Action _changed = static () => { };

    /// <summary>Has changes told. The handler must be quick.</summary>
    public void OnChanged(Action handler) => _changed += handler;

    public bool IsUnder(NodeSignal signal)
    {
        lock (_gate)
        {
            return _lastShort.TryGetValue(signal, out var last) && time.GetUtcNow() - last < Transition;
        }
    }

    /// <summary>Takes what is short now.</summary>
    public void Observe(IEnumerable<NodeSignal> isShort)
    {
        lock (_gate)
        {
            foreach (var signal in isShort)
            {
                _lastShort[signal] = time.GetUtcNow();
            }
        }

        HashSet<NodeSignal> under = [.. NodeSignals.All.Where(IsUnder)];
        if (!under.SetEquals(_told))
        {
            _told = under;
            _changed();
        }
    }
}
