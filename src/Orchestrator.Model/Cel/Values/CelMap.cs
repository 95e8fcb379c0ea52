namespace Orchestrator.Model.Cel.Values;

/// <summary>A value of a map or object type.</summary>
internal abstract class CelMap
{
    public abstract int Count { get; }

    /// <summary>Keys of a map, names of the fields that an object has.</summary>
    public abstract IEnumerable<object> Keys { get; }

    public abstract bool TryGet(object? key, out object? value);

    /// <summary>Keys of different numeric types are the same key where they are the same number.</summary>
    public static object? Normal(object? key) => key switch
    {
        ulong n when n <= long.MaxValue => (long)n,
        double d when d is >= long.MinValue and < long.MaxValue && Math.Floor(d) == d => (long)d,
        _ => key,
    };
}

/// <summary>A map that an expression made, by keys that are normal.</summary>
internal sealed class CelDictionary(IReadOnlyDictionary<object, object?> entries) : CelMap
{
    public override int Count => entries.Count;

    public override IEnumerable<object> Keys => entries.Keys;

    public override bool TryGet(object? key, out object? value)
    {
        value = null;
        return Normal(key) is { } normal && entries.TryGetValue(normal, out value);
    }
}
