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

        // What lies between two changes is copied in one piece: a list after a write costs a copy, not a comparison for every object.
        var changes = _noted.ToArray();
        Array.Sort(changes, static (a, b) => Compare(a.Key.Namespace, a.Key.Name, b.Key.Namespace, b.Key.Name));
        var places = new int[changes.Length];
        var length = _sorted.Length;
        for (var i = 0; i < changes.Length; i++)
        {
            places[i] = LowerBound(i > 0 ? places[i - 1] : 0, changes[i].Key);
            length += (changes[i].Value is null ? 0 : 1) - (IsAt(places[i], changes[i].Key) ? 1 : 0);
        }

        var merged = new StoredObject[length];
        var (next, count) = (0, 0);
        for (var i = 0; i < changes.Length; i++)
        {
            var kept = _sorted.AsSpan(next..places[i]);
            kept.CopyTo(merged.AsSpan(count));
            count += kept.Length;
            next = IsAt(places[i], changes[i].Key) ? places[i] + 1 : places[i];
            if (changes[i].Value is { } value)
            {
                merged[count++] = value;
            }
        }

        _sorted.AsSpan(next).CopyTo(merged.AsSpan(count));
        _sorted = merged;
        _noted.Clear();
    }

    private bool IsAt(int index, (string Namespace, string Name) key) => index < _sorted.Length && CompareTo(_sorted[index], key) == 0;

    /// <summary>Index, from <paramref name="low"/> on, of the first object whose key is not before the given one.</summary>
    private int LowerBound(int low, (string Namespace, string Name) key)
    {
        var high = _sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (CompareTo(_sorted[middle], key) < 0)
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
