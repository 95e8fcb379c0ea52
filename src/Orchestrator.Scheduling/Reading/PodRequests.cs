using System.Text.Json;
using Orchestrator.Model.Quotas;
using Orchestrator.Scheduling.Cluster;

namespace Orchestrator.Scheduling.Reading;

/// <summary>What a pod asks of its node, by the rule of <see cref="PodTotal{TName,TAmount}"/>, in the columns and units of the catalog.</summary>
internal static class PodRequests
{
    public static Dictionary<int, long> Read(JsonElement podSpec, ResourceCatalog resources)
    {
        PodTotal<int, long> total = new(EqualityComparer<int>.Default, static (sum, more) => Math.Min(sum + more, ResourceCatalog.MaxAmount));
        foreach (JsonElement container in podSpec.Member("initContainers").Items())
        {
            total.AddInit(Of(container.Member("resources").Member("requests"), resources), container.Member("restartPolicy").Text() == "Always");
        }

        foreach (JsonElement container in podSpec.Member("containers").Items())
        {
            total.AddContainer(Of(container.Member("resources").Member("requests"), resources));
        }

        return total.Finish(Of(podSpec.Member("overhead"), resources));
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
}
