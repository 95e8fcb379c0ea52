using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Model.Quotas;

/// <summary>What a pod asks for, or is limited to, as a whole, by the rule of <see cref="PodTotal{TName,TAmount}"/>.</summary>
public static class PodAmounts
{
    /// <param name="spec">The pod's spec.</param>
    /// <param name="list"><c>requests</c> or <c>limits</c>.</param>
    public static Dictionary<string, Quantity> Of(JsonObject? spec, string list)
    {
        PodTotal<string, Quantity> total = new(StringComparer.Ordinal, Quantity.Add);
        foreach ((JsonObject container, _) in spec.Items("initContainers"))
        {
            total.AddInit(Read(container.Child("resources", list)), container.Text("restartPolicy") == "Always");
        }

        foreach ((JsonObject container, _) in spec.Items("containers"))
        {
            total.AddContainer(Read(container.Child("resources", list)));
        }

        return total.Finish(Read(spec.Child("overhead")), onlyPresent: list != "requests");
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
}
