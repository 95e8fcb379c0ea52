using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Store.Cache;

/// <summary>
/// A small immutable string map in one array: objects carry few labels and fields, and there are many objects, so that a hash table for each
/// would cost more memory than it saves time. Of repeated keys the last counts, as in JSON.
/// </summary>
internal sealed class FlatMap : IReadOnlyDictionary<string, string>
{
    public static readonly FlatMap Empty = new([]);

    private readonly KeyValuePair<string, string>[] _entries;

    private FlatMap(KeyValuePair<string, string>[] entries) => _entries = entries;

    public int Count => _entries.Length;

    public IEnumerable<string> Keys => _entries.Select(e => e.Key);

    public IEnumerable<string> Values => _entries.Select(e => e.Value);

    public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no entry '{key}'");

    public static FlatMap From(List<KeyValuePair<string, string>> entries)
    {
        if (entries.Count == 0)
        {
            return Empty;
        }

        for (var i = entries.Count - 1; i > 0; i--)
        {
            var key = entries[i].Key;
            var earlier = entries.FindIndex(0, i, e => e.Key == key);
            if (earlier >= 0)
            {
                entries.RemoveAt(earlier);
            }
        }

        return new FlatMap([.. entries]);
    }

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        foreach (var entry in _entries)
        {
            if (entry.Key == key)
            {
                value = entry.Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();
}
