using System.Globalization;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Agent.Eviction;

/// <summary>
/// How little of something may be left before pods are evicted, written as kubelet's <c>--eviction-hard</c>: <c>memory.available&lt;100Mi,nodefs.available&lt;10%</c>.
/// </summary>
public sealed class EvictionThresholds
{
    /// <summary>
    /// Memory as kubelet's; of the disk an amount rather than kubelet's 10 %, since a node is often an ordinary machine whose disk is fuller than that.
    /// </summary>
    public const string Default = "memory.available<100Mi,nodefs.available<1Gi";

    private const long Percent = 100;

    private readonly Dictionary<NodeSignal, (Quantity Amount, long? Percent)> _limits = [];

    private EvictionThresholds()
    {
    }

    /// <exception cref="FormatException">The message says which part is wrong.</exception>
    public static EvictionThresholds Parse(string text)
    {
        var thresholds = new EvictionThresholds();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var sides = part.Split('<', 2, StringSplitOptions.TrimEntries);
            if (sides is not [var name, { Length: > 0 } value])
            {
                throw new FormatException($"'{part}' is not SIGNAL<AMOUNT");
            }

            if (NodeSignals.All.Where(s => NodeSignals.Name(s) == name).ToList() is not [var signal])
            {
                throw new FormatException($"'{name}' is none of {string.Join(", ", NodeSignals.All.Select(NodeSignals.Name))}");
            }

            thresholds._limits[signal] = ParseAmount(part, value);
        }

        return thresholds;
    }

    /// <summary>The least that must be left, in the reading's unit; null where anything will do.</summary>
    public long? Least(NodeReading reading) => !_limits.TryGetValue(reading.Signal, out var limit) ? null
        : limit.Percent is { } percent ? reading.Capacity / Percent * percent
        : limit.Amount.Value;

    public bool IsShort(NodeReading reading) => reading.Available < Least(reading);

    private static (Quantity Amount, long? Percent) ParseAmount(string part, string value)
    {
        if (value.EndsWith('%'))
        {
            return long.TryParse(value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= Percent
                ? (default, percent)
                : throw new FormatException($"'{part}': '{value}' is not a percentage from 0% to 100%");
        }

        return Quantity.TryParse(value, out var quantity) && quantity.Sign >= 0 ? (quantity, null) : throw new FormatException($"'{part}': '{value}' is not a quantity");
    }
}
