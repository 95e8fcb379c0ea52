namespace Orchestrator.Scheduling.Groups;

/// <summary>A group of pods that are placed together, as the scheduler knows it.</summary>
/// <param name="key">NAMESPACE/NAME.</param>
public sealed class PodGroup(string key)
{
    private readonly HashSet<string> _bound = new(StringComparer.Ordinal);
    private readonly HashSet<string> _waiting = new(StringComparer.Ordinal);

    public string Key => key;

    /// <summary>Whether there is such a PodGroup.</summary>
    public bool Exists { get; private set; }

    /// <summary>Least number of pods that are placed at once; 0 where each is placed by itself.</summary>
    public int MinCount { get; private set; }

    /// <summary>Uids of its pods that have a node, or are being bound.</summary>
    public IReadOnlyCollection<string> Bound => _bound;

    /// <summary>Uids of its pods that wait for a node.</summary>
    public IReadOnlyCollection<string> Waiting => _waiting;

    public bool IsForgettable => !Exists && _bound.Count == 0 && _waiting.Count == 0;

    /// <summary>How many more of its pods must be placed at once before any may be.</summary>
    public int Lacking => Math.Max(0, MinCount - _bound.Count);

    /// <summary>Why none of its pods can be looked at yet; null where they can.</summary>
    public string? Obstacle
    {
        get
        {
            int known = _bound.Count + _waiting.Count;
            return !Exists ? $"PodGroup \"{key}\" not found"
                : known < MinCount ? $"waiting for more pods of PodGroup \"{key}\": {known} of at least {MinCount} exist"
                : null;
        }
    }

    public void Define(int? minCount)
    {
        Exists = minCount is not null;
        MinCount = minCount ?? 0;
    }

    public void SetBound(string uid)
    {
        _waiting.Remove(uid);
        _bound.Add(uid);
    }

    public void SetWaiting(string uid)
    {
        _bound.Remove(uid);
        _waiting.Add(uid);
    }

    public void Remove(string uid)
    {
        _waiting.Remove(uid);
        _bound.Remove(uid);
    }
}
