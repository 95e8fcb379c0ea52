namespace Orchestrator.Scheduling.Cluster;

/// <summary>Numbers distinct values from 0, so that sets of them are bits and comparisons are of integers.</summary>
public sealed class Interner<T>
    where T : notnull
{
    private readonly Dictionary<T, int> _ids = [];
    private readonly List<T> _values = [];

    public int Count => _values.Count;

    public T this[int id] => _values[id];

    /// <summary>The value's id, made if new.</summary>
    public int IdOf(T value)
    {
        if (!_ids.TryGetValue(value, out int id))
        {
            id = _values.Count;
            _values.Add(value);
            _ids.Add(value, id);
        }

        return id;
    }
}
