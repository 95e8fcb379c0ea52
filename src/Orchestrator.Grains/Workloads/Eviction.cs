using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Grains.Workloads;

/// <summary>When the NoExecute taints of a node end a pod there. Pure.</summary>
internal static class Eviction
{
    /// <summary>The time, perhaps in the past; null where the pod may stay.</summary>
    public static DateTimeOffset? Time(JsonObject pod, JsonObject node, DateTimeOffset now)
    {
        DateTimeOffset? earliest = null;
        foreach ((JsonObject item, _) in node.Child("spec").Items("taints"))
        {
            var taint = new Taint(item.Text("key") ?? "", item.Text("value") ?? "", item.Text("effect") ?? "");
            if (taint.Effect == "NoExecute" && Tolerated(pod, taint) is { } tolerated)
            {
                DateTimeOffset end = (item.Time("timeAdded") ?? now) + tolerated;
                earliest = earliest is null || end < earliest ? end : earliest;
            }
        }

        return earliest;
    }

    // How long the pod stays, zero where it does not tolerate the taint, null for ever. Of several tolerations the shortest counts.
    private static TimeSpan? Tolerated(JsonObject pod, Taint taint)
    {
        long? shortest = null;
        bool isTolerated = false;
        foreach ((JsonObject item, _) in pod.Child("spec").Items("tolerations"))
        {
            var toleration = new Toleration(item.Text("key") ?? "", item.Text("operator") ?? "", item.Text("value") ?? "", item.Text("effect") ?? "");
            if (toleration.Tolerates(taint))
            {
                isTolerated = true;
                if (item.Integer("tolerationSeconds") is { } seconds)
                {
                    shortest = Math.Min(shortest ?? long.MaxValue, Math.Clamp(seconds, 0, int.MaxValue));
                }
            }
        }

        return !isTolerated ? TimeSpan.Zero : shortest is { } limit ? TimeSpan.FromSeconds(limit) : null;
    }
}
