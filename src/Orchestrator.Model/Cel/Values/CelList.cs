namespace Orchestrator.Model.Cel.Values;

/// <summary>A value of a list type.</summary>
internal abstract class CelList
{
    public abstract int Count { get; }

    public abstract object? this[int index] { get; }

    public IEnumerable<object?> Values()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }
}

/// <summary>A list that an expression made.</summary>
internal sealed class CelArray(IReadOnlyList<object?> items) : CelList
{
    public static readonly CelArray Empty = new([]);

    public override int Count => items.Count;

    public override object? this[int index] => items[index];
}
