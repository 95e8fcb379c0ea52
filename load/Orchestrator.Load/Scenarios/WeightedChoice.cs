namespace Orchestrator.Load.Scenarios;

/// <summary>Draws items by their weights.</summary>
internal sealed class WeightedChoice<T>(IReadOnlyList<(T Item, double Weight)> items)
{
    private readonly double[] _upTo = [.. items.Select((_, i) => items.Take(i + 1).Sum(item => item.Weight))];

    public IReadOnlyList<T> All { get; } = [.. items.Select(i => i.Item)];

    public T Draw(Random random)
    {
        if (All.Count == 1)
        {
            return All[0];
        }

        var at = Array.BinarySearch(_upTo, random.NextDouble() * _upTo[^1]);
        return All[Math.Min(at < 0 ? ~at : at + 1, All.Count - 1)];
    }
}
