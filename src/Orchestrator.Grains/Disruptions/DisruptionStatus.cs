using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Policies;
using Orchestrator.Store;

namespace Orchestrator.Grains.Disruptions;

/// <summary>Writes what a budget comes to into its status, from which evictions are decided. Pure.</summary>
internal static class DisruptionStatus
{
    /// <param name="stored">The PodDisruptionBudget.</param>
    /// <param name="budget">The same, parsed; it is edited.</param>
    /// <param name="pods">The pods that it selects.</param>
    /// <param name="now">The time.</param>
    public static ReconcilePlan Plan(StoredObject stored, JsonObject budget, IReadOnlyCollection<JsonObject> pods, DateTimeOffset now)
    {
        var state = DisruptionBudget.Of(budget, pods, now);
        JsonObject status = budget.ObjectOrNew("status")!;
        var before = (JsonObject)status.DeepClone();
        status["observedGeneration"] = budget.Child("metadata").Integer("generation") ?? 1;
        status["disruptionsAllowed"] = state.DisruptionsAllowed;
        status["currentHealthy"] = state.CurrentHealthy;
        status["desiredHealthy"] = state.DesiredHealthy;
        status["expectedPods"] = state.ExpectedPods;
        status.Remove("disruptedPods");
        if (state.DisruptedPods.Count > 0)
        {
            status["disruptedPods"] = new JsonObject(state.DisruptedPods.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)Timestamps.Seconds(p.Value))));
        }

        bool isAllowed = state.DisruptionsAllowed > 0;
        StoredJson.SetCondition(
            budget, new ConditionValue("DisruptionAllowed", isAllowed ? "True" : "False", isAllowed ? "SufficientPods" : "InsufficientPods", ""), now);
        TimeSpan? again = state.DisruptedPods.Count == 0 ? null : state.DisruptedPods.Values.Min() + DisruptionBudget.DisruptionTimeout - now;
        return JsonNode.DeepEquals(before, status)
            ? new ReconcilePlan { LookAgainAfter = again }
            : new ReconcilePlan { Mutations = [StoredJson.Replace(stored, budget)], LookAgainAfter = again };
    }
}
