using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Model.Quotas;

/// <summary>
/// What a pod asks for, or is limited to, as a whole, by Kubernetes' rule: its containers and sidecars together, or the largest moment of its start where
/// that is more, plus the overhead of its runtime class.
/// </summary>
public static class PodAmounts
{
    /// <param name="spec">The pod's spec.</param>
    /// <param name="list"><c>requests</c> or <c>limits</c>.</param>
    public static Dictionary<string, Quantity> Of(JsonObject? spec, string list)
    {
        var running = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        var largestStart = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach ((JsonObject container, _) in spec.Items("initContainers"))
        {
            Dictionary<string, Quantity> own = Read(container.Child("resources", list));
            if (container.Text("restartPolicy") == "Always")
            {
                Add(running, own);
                Raise(largestStart, running);
            }
            else
            {
                Add(own, running);
                Raise(largestStart, own);
            }
        }

        foreach ((JsonObject container, _) in spec.Items("containers"))
        {
            Add(running, Read(container.Child("resources", list)));
        }

        Raise(running, largestStart);
        foreach ((string name, Quantity amount) in Read(spec.Child("overhead")))
        {
            // Overhead is only added to limits that there are.
            if (list == "requests" || running.ContainsKey(name))
            {
                running[name] = running.GetValueOrDefault(name) + amount;
            }
        }

        return running;
    }

    private static Dictionary<string, Quantity> Read(JsonObject? quantities)
    {
        var amounts = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach ((string name, JsonNode? value) in quantities ?? [])
        {
            if (Quantity.TryParse(value.AsScalarText(), out Quantity quantity))
            {
                amounts[name] = quantity;
            }
        }

        return amounts;
    }

    private static void Add(Dictionary<string, Quantity> sum, Dictionary<string, Quantity> more)
    {
        foreach ((string name, Quantity amount) in more)
        {
            sum[name] = sum.GetValueOrDefault(name) + amount;
        }
    }

    private static void Raise(Dictionary<string, Quantity> most, Dictionary<string, Quantity> other)
    {
        foreach ((string name, Quantity amount) in other)
        {
            if (!most.TryGetValue(name, out Quantity present) || present < amount)
            {
                most[name] = amount;
            }
        }
    }
}
