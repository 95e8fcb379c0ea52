using Orchestrator.Agent.Eviction;
using Orchestrator.Agent.Nodes;
using Orchestrator.Cli.Commands;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Cli.NodeAgent;

/// <summary>Options of <c>orchestrator agent</c> about what the node keeps back.</summary>
internal static class NodeResourceOptions
{
    private static readonly string[] Reservable = ["cpu", "memory", "ephemeral-storage"];

    /// <summary>The text, once it is known to be good.</summary>
    /// <exception cref="CommandFailedException">It is not.</exception>
    public static string Thresholds(string text)
    {
        try
        {
            EvictionThresholds.Parse(text);
            return text;
        }
        catch (FormatException error)
        {
            throw new CommandFailedException($"--eviction-hard: {error.Message}");
        }
    }

    /// <exception cref="CommandFailedException">It is not <c>RESOURCE=QUANTITY,...</c>.</exception>
    public static IReadOnlyDictionary<string, decimal> Reserved(string? text)
    {
        if (text is null)
        {
            return NodeCapacity.DefaultReserved;
        }

        var reserved = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] sides = part.Split('=', 2);
            if (sides is not [var name, var amount] || !Reservable.Contains(name, StringComparer.Ordinal))
            {
                throw new CommandFailedException($"--system-reserved: '{part}' is not RESOURCE=QUANTITY with one of {string.Join(", ", Reservable)}");
            }

            if (!Quantity.TryParse(amount, out Quantity quantity) || quantity.Sign < 0)
            {
                throw new CommandFailedException($"--system-reserved: '{amount}' is not a quantity");
            }

            reserved[name] = (decimal)quantity.Nanos / 1_000_000_000m;
        }

        return reserved;
    }
}
