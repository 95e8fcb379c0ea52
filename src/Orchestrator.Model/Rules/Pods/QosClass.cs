using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>Which pods give way first when a node runs short: <c>status.qosClass</c>.</summary>
public static class QosClass
{
    public const string Guaranteed = "Guaranteed";
    public const string Burstable = "Burstable";
    public const string BestEffort = "BestEffort";

    private static readonly string[] Counted = ["cpu", "memory"];

    /// <summary>Guaranteed where every container has limits of cpu and memory equal to its requests, BestEffort where none has any, else Burstable.</summary>
    public static string Of(JsonObject? podSpec)
    {
        bool any = false;
        bool guaranteed = true;
        foreach ((JsonObject container, _) in podSpec.Items("containers").Concat(podSpec.Items("initContainers")))
        {
            JsonObject? resources = container.Child("resources");
            foreach (string name in Counted)
            {
                Quantity? limit = Positive(resources.Child("limits")?[name]);
                Quantity? request = Positive(resources.Child("requests")?[name]);
                any |= limit is not null || request is not null;
                guaranteed &= limit is not null && (request is null || request == limit);
            }
        }

        return !any ? BestEffort : guaranteed ? Guaranteed : Burstable;
    }

    private static Quantity? Positive(JsonNode? node) =>
        Quantity.TryParse(node.AsScalarText(), out Quantity quantity) && quantity.Sign > 0 ? quantity : null;
}
