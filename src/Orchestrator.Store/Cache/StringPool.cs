using System.Text;
using System.Text.Json;

namespace Orchestrator.Store.Cache;

/// <summary>
/// Gives equal short strings one instance: label keys, namespaces, phases and node names repeat in every object.
/// A fixed table in which a newcomer displaces what was there, so it needs neither a bound nor a lock; a lost race costs one duplicate.
/// </summary>
internal sealed class StringPool
{
    private const int MaxPooledBytes = 64;

    private readonly string?[] _slots = new string?[4096];

    /// <summary>The string on which the reader stands.</summary>
    public string Get(in Utf8JsonReader reader)
    {
        var utf8 = reader.ValueSpan;
        return reader.ValueIsEscaped || utf8.Length > MaxPooledBytes ? reader.GetString()! : Get(utf8);
    }

    /// <summary>The pool's instance of the string.</summary>
    public string Get(string value)
    {
        Span<byte> encoded = stackalloc byte[MaxPooledBytes];
        return Encoding.UTF8.TryGetBytes(value, encoded, out var written) ? Get(encoded[..written]) : value;
    }

    private string Get(ReadOnlySpan<byte> utf8)
    {
        ref var slot = ref _slots[Hash(utf8) % (uint)_slots.Length];
        var candidate = slot;
        if (candidate is not null && Matches(candidate, utf8))
        {
            return candidate;
        }

        var created = Encoding.UTF8.GetString(utf8);
        slot = created;
        return created;
    }

    /// <summary>FNV-1a: the strings are short.</summary>
    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        var hash = 2166136261;
        foreach (var octet in utf8)
        {
            hash = (hash ^ octet) * 16777619;
        }

        return hash;
    }

    private static bool Matches(string candidate, ReadOnlySpan<byte> utf8)
    {
        Span<byte> encoded = stackalloc byte[MaxPooledBytes];
        return Encoding.UTF8.TryGetBytes(candidate, encoded, out var written) && encoded[..written].SequenceEqual(utf8);
    }
}
