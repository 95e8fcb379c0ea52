using System.Text.Json;
using Orchestrator.Scheduling.Cluster;

namespace Orchestrator.Scheduling.Reading;

/// <summary>
/// What a pod asks of its node, by Kubernetes' rule: the containers and sidecars together, or the largest moment of its start
/// (an init container beside the sidecars started before it) where that is more, plus the overhead of its runtime class.
/// </summary>
internal static class PodRequests
{
    public static Dictionary<int, long> Read(JsonElement podSpec, ResourceCatalog resources)
    {
        var running = new Dictionary<int, long>();
        var largestStart = new Dictionary<int, long>();
        foreach (JsonElement container in podSpec.Member("initContainers").Items())
        {
            Dictionary<int, long> own = Of(container.Member("resources").Member("requests"), resources);
            bool isSidecar = container.Member("restartPolicy").Text() == "Always";
            if (isSidecar)
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

        foreach (JsonElement container in podSpec.Member("containers").Items())
        {
            Add(running, Of(container.Member("resources").Member("requests"), resources));
        }

        Raise(running, largestStart);
        Add(running, Of(podSpec.Member("overhead"), resources));
        return running;
    }

    private static Dictionary<int, long> Of(JsonElement quantities, ResourceCatalog resources)
    {
        var amounts = new Dictionary<int, long>();
        foreach (JsonProperty quantity in quantities.Members())
        {
            int column = resources.ColumnOf(quantity.Name);
            amounts[column] = ResourceCatalog.AmountOf(column, quantity.Value.Text());
        }

        return amounts;
    }

    private static void Add(Dictionary<int, long> sum, Dictionary<int, long> more)
    {
        foreach ((int column, long amount) in more)
        {
            sum[column] = Math.Min(sum.GetValueOrDefault(column) + amount, ResourceCatalog.MaxAmount);
        }
    }

    private static void Raise(Dictionary<int, long> most, Dictionary<int, long> other)
    {
        foreach ((int column, long amount) in other)
        {
            most[column] = Math.Max(most.GetValueOrDefault(column), amount);
        }
    }
}
