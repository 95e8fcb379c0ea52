using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Grains.Autoscaling;

/// <param name="Replicas">What is done.</param>
/// <param name="LimitedBy">Reason of the condition ScalingLimited; empty where nothing limits.</param>
/// <param name="LimitMessage">The same in words.</param>
/// <param name="IsStabilized">True where an earlier recommendation held it.</param>
internal readonly record struct LimitedScale(long Replicas, string LimitedBy, string LimitMessage, bool IsStabilized);

/// <summary>How fast and how far (<c>spec.behavior</c>): stabilisation windows, policies, and the least and the most replicas. Pure.</summary>
internal static class ScalingLimits
{
    // Kubernetes' defaults where no behavior is given.
    private const int DownWindowSeconds = 300;
    private static readonly JsonObject DefaultUp = Rules(("Pods", 4, 15), ("Percent", 100, 15));
    private static readonly JsonObject DefaultDown = Rules(("Percent", 100, 15));

    public static LimitedScale Apply(AutoscalerView view, long wanted)
    {
        long current = view.CurrentReplicas;
        JsonObject up = view.Spec.Child("behavior", "scaleUp") ?? DefaultUp;
        JsonObject down = view.Spec.Child("behavior", "scaleDown") ?? DefaultDown;
        view.Memory.Recommend(view.Now, wanted);
        long stabilized = Stabilize(view, wanted, current, up.Integer("stabilizationWindowSeconds") ?? 0, down.Integer("stabilizationWindowSeconds") ?? DownWindowSeconds);
        bool isStabilized = stabilized != wanted;
        if (stabilized > current)
        {
            long most = Math.Min(view.MaxReplicas, Most(view, up, current));
            if (stabilized > most)
            {
                return most == view.MaxReplicas
                    ? new LimitedScale(most, "TooManyReplicas", "the desired replica count is more than the maximum replica count", isStabilized)
                    : new LimitedScale(most, "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate", isStabilized);
            }
        }
        else if (stabilized < current)
        {
            long least = Math.Max(view.MinReplicas, Least(view, down, current));
            if (stabilized < least)
            {
                return least == view.MinReplicas
                    ? new LimitedScale(least, "TooFewReplicas", "the desired replica count is less than the minimum replica count", isStabilized)
                    : new LimitedScale(least, "ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate", isStabilized);
            }
        }

        return stabilized < view.MinReplicas ? new LimitedScale(view.MinReplicas, "TooFewReplicas", "the desired replica count is less than the minimum replica count", isStabilized)
            : stabilized > view.MaxReplicas ? new LimitedScale(view.MaxReplicas, "TooManyReplicas", "the desired replica count is more than the maximum replica count", isStabilized)
            : new LimitedScale(stabilized, "", "", isStabilized);
    }

    // Up by no more than was asked for all the while, down by no less.
    private static long Stabilize(AutoscalerView view, long wanted, long current, long upSeconds, long downSeconds)
    {
        long upper = view.Memory.Recommendations(view.Now, TimeSpan.FromSeconds(upSeconds), current).Append(wanted).Min();
        long lower = view.Memory.Recommendations(view.Now, TimeSpan.FromSeconds(downSeconds), current).Append(wanted).Max();
        return current < upper ? upper : current > lower ? lower : current == wanted ? wanted : Math.Clamp(current, Math.Min(upper, lower), Math.Max(upper, lower));
    }

    private static long Most(AutoscalerView view, JsonObject rules, long current) => Select(rules, current, isUp: true, policy =>
    {
        long before = current - view.Memory.Change(view.Now, Period(policy), isUp: true);
        return policy.Text("type") == "Pods"
            ? before + (policy.Integer("value") ?? 0)
            : (long)Math.Ceiling(before * (1 + ((policy.Integer("value") ?? 0) / 100.0)));
    });

    private static long Least(AutoscalerView view, JsonObject rules, long current) => Select(rules, current, isUp: false, policy =>
    {
        long before = current - view.Memory.Change(view.Now, Period(policy), isUp: false);
        return policy.Text("type") == "Pods"
            ? before - (policy.Integer("value") ?? 0)
            : (long)(before * (1 - ((policy.Integer("value") ?? 0) / 100.0)));
    });

    private static long Select(JsonObject rules, long current, bool isUp, Func<JsonObject, long> limit)
    {
        string policy = rules.Text("selectPolicy") ?? "Max";
        long[] limits = [.. rules.Items("policies").Select(p => limit(p.Item))];
        return policy == "Disabled" || limits.Length == 0 ? current
            : (policy == "Min") == isUp ? limits.Min()
            : limits.Max();
    }

    private static TimeSpan Period(JsonObject policy) => TimeSpan.FromSeconds(policy.Integer("periodSeconds") ?? 0);

    private static JsonObject Rules(params (string Type, int Value, int Seconds)[] policies) => new()
    {
        ["policies"] = new JsonArray([.. policies.Select(p => (JsonNode)new JsonObject { ["type"] = p.Type, ["value"] = p.Value, ["periodSeconds"] = p.Seconds })]),
    };
}
