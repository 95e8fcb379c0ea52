using Orchestrator.Model;

namespace Orchestrator.Grains.Events;

/// <summary>One Event object, which counts how often the same was observed.</summary>
internal sealed class EventSeries(ObjectKey key, string uid, DateTimeOffset first)
{
    public ObjectKey Key { get; } = key;

    public string Uid { get; } = uid;

    public DateTimeOffset First { get; } = first;

    public DateTimeOffset Last { get; set; } = first;

    public int Count { get; set; } = 1;
}

/// <summary>
/// The series of the last observations, least recently used forgotten first: an observation that is repeated raises a count, instead of
/// making another object.
/// </summary>
internal sealed class RecentEvents(int limit)
{
    private readonly Dictionary<ObservedEvent, LinkedListNode<(ObservedEvent Observed, EventSeries Series)>> _byContent = [];
    private readonly LinkedList<(ObservedEvent Observed, EventSeries Series)> _byUse = new();

    public EventSeries? Find(ObservedEvent observed)
    {
        if (!_byContent.TryGetValue(observed, out LinkedListNode<(ObservedEvent Observed, EventSeries Series)>? node))
        {
            return null;
        }

        _byUse.Remove(node);
        _byUse.AddLast(node);
        return node.Value.Series;
    }

    public void Set(ObservedEvent observed, EventSeries series)
    {
        if (_byContent.Remove(observed, out LinkedListNode<(ObservedEvent Observed, EventSeries Series)>? old))
        {
            _byUse.Remove(old);
        }

        _byContent[observed] = _byUse.AddLast((observed, series));
        if (_byContent.Count > limit)
        {
            _byContent.Remove(_byUse.First!.Value.Observed);
            _byUse.RemoveFirst();
        }
    }
}
