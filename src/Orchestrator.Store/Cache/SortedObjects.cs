namespace Orchestrator.Store.Cache;

/// <summary>
/// The objects of one resource in the order of lists. Writes only note what is to change; the sorted array is made when a list is asked for
/// and then shared by all lists until the next write. So a write costs the same however many objects there are, and a list of an unchanged
/// resource costs nothing. (A persistent tree would make every write pay for lists that mostly nobody asks for.)
/// Not thread-safe; the arrays handed out are never changed.
/// </summary>
internal sealed class SortedObjects
{
    private const int MinNoted = 1024;

    private readonly Dictionary<(string Namespace, string Name), StoredObject?> _noted = [];
    private StoredObject[] _sorted = [];

    public void Put(StoredObject obj) => Note(obj.Key.Namespace, obj.Key.Name, obj);

    public void Remove(string ns, string name) => Note(ns, name, null);

    public ArraySegment<StoredObject> List(string? ns)
    {
        Settle();
        if (ns is null)
        {
            return _sorted;
        }

        var start = LowerBound(ns);
        var end = start;
        if (start < _sorted.Length && _sorted[start].Key.Namespace == ns)
        {
            end = LowerBound(ns + '\0');
        }

        return new ArraySegment<StoredObject>(_sorted, start, end - start);
    }

    private void Note(string ns, string name, StoredObject? obj)
    {
        _noted[(ns, name)] = obj;
        if (_noted.Count > Math.Max(MinNoted, _sorted.Length))
        {
            // Nobody lists this resource: what is noted must not outgrow what is there.
            Settle();
        }
    }

    private void Settle()
    {
        if (_noted.Count == 0)
        {
            return;
        }

        var changes = _noted.ToArray();
        Array.Sort(changes, static (a, b) => Compare(a.Key.Namespace, a.Key.Name, b.Key.Namespace, b.Key.Name));
        var merged = new List<StoredObject>(_sorted.Length + changes.Length);
        var next = 0;
        foreach (var (key, value) in changes)
        {
            var order = -1;
            while (next < _sorted.Length && (order = CompareTo(_sorted[next], key)) < 0)
            {
                merged.Add(_sorted[next++]);
            }

            if (next < _sorted.Length && order == 0)
            {
                next++;
            }

            if (value is not null)
            {
                merged.Add(value);
            }
        }

        merged.AddRange(_sorted.AsSpan(next));
        _sorted = [.. merged];
        _noted.Clear();
    }

    /// <summary>Index of the first object whose namespace is not before <paramref name="ns"/>.</summary>
    private int LowerBound(string ns)
    {
        var (low, high) = (0, _sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(_sorted[middle].Key.Namespace, ns) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static int CompareTo(StoredObject obj, (string Namespace, string Name) key) =>
        Compare(obj.Key.Namespace, obj.Key.Name, key.Namespace, key.Name);

    private static int Compare(string ns, string name, string otherNs, string otherName)
    {
        var byNamespace = string.CompareOrdinal(ns, otherNs);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(name, otherName);
    }
}
