namespace Orchestrator.Scheduling.Cluster;

/// <summary>A small growing set of interned ids. Bits beyond the stored words are absent.</summary>
public sealed class BitSet
{
    private ulong[] _words = [];

    public bool IsEmpty => !_words.AsSpan().ContainsAnyExcept(0UL);

    public void Add(int id)
    {
        int word = id >> 6;
        if (word >= _words.Length)
        {
            Array.Resize(ref _words, word + 1);
        }

        _words[word] |= 1UL << (id & 63);
    }

    public bool Contains(int id) => id >> 6 < _words.Length && (_words[id >> 6] & (1UL << (id & 63))) != 0;

    public void Clear() => _words = [];

    /// <summary>Whether every member of this set is also in <paramref name="other"/>.</summary>
    public bool IsSubsetOf(BitSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (int i = 0; i < _words.Length; i++)
        {
            ulong allowed = i < other._words.Length ? other._words[i] : 0;
            if ((_words[i] & ~allowed) != 0)
            {
                return false;
            }
        }

        return true;
    }
}
