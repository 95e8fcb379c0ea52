using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Quotas;
using Orchestrator.Store;

namespace Orchestrator.Grains.Quotas;

/// <summary>Makes a quota's status say what is used: what was given back, and what was charged for objects that came to nothing. Pure.</summary>
internal static class QuotaCount
{
    /// <param name="stored">The ResourceQuota.</param>
    /// <param name="objects">Objects of a kind in its namespace, by storage name, no older than the quota.</param>
    public static ReconcilePlan Plan(StoredObject stored, Func<string, IReadOnlyList<StoredObject>> objects)
    {
        JsonObject quota = StoredJson.Read(stored);
        SortedDictionary<string, Quantity> total = QuotaUsage.Total(quota, r => objects(r).Select(StoredJson.Read), r => objects(r).Count);
        var used = new JsonObject(total.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value.ToString())));
        JsonNode hard = quota.Child("spec", "hard")?.DeepClone() ?? new JsonObject();
        JsonObject status = quota.ObjectOrNew("status")!;
        if (JsonNode.DeepEquals(status["used"], used) && JsonNode.DeepEquals(status["hard"], hard))
        {
            return ReconcilePlan.Nothing;
        }

        status["hard"] = hard;
        status["used"] = used;
        return new ReconcilePlan { Mutations = [StoredJson.Replace(stored, quota)] };
    }
}
