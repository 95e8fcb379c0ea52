using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Policies;

namespace Orchestrator.Grains.Apps.Deployments;

/// <summary>How many pods a Deployment may have too many, and miss, during a roll-out.</summary>
/// <param name="Replicas">Pods wanted.</param>
/// <param name="Surge">Pods above that.</param>
/// <param name="Unavailable">Pods below that.</param>
internal sealed record RolloutLimits(long Replicas, long Surge, long Unavailable)
{
    public long Most => Replicas + Surge;

    public long Least => Replicas - Unavailable;

    public static RolloutLimits Of(JsonObject spec)
    {
        long replicas = spec.Integer("replicas") ?? 1;
        JsonObject? strategy = spec.Child("strategy");
        if (strategy.Text("type") == "Recreate")
        {
            return new RolloutLimits(replicas, 0, 0);
        }

        JsonObject? rolling = strategy.Child("rollingUpdate");
        long surge = ScaledNumber.Of(rolling?["maxSurge"], replicas) ?? 0;
        long unavailable = ScaledNumber.Floor(rolling?["maxUnavailable"], replicas) ?? 0;

        // Both can come to nothing by rounding; then one may be missing, or nothing could ever move.
        unavailable = surge == 0 && unavailable == 0 ? 1 : unavailable;
        return new RolloutLimits(replicas, surge, Math.Min(unavailable, replicas));
    }
}
