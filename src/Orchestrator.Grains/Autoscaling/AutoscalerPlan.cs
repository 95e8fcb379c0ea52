using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Autoscaling;

/// <summary>
/// Scales a target by what its pods use (kube-controller-manager's horizontal controller): the metric that asks for most decides, as far and as fast as
/// <c>spec.behavior</c> allows. Pure, but for the memory of what was recommended.
/// </summary>
internal static class AutoscalerPlan
{
    public static ReconcilePlan Plan(AutoscalerView view)
    {
        JsonNode before = view.Status.DeepClone();
        JsonObject? reference = view.Spec.Child("scaleTargetRef");
        string target = $"{reference.Text("kind")}/{reference.Text("name")}";
        if (view.Target is not { } scaled)
        {
            Set(view, "AbleToScale", "False", "FailedGetScale", $"the HPA controller was unable to get the target's current scale: {target} not found or not scalable");
            return Finish(view, before, [], []);
        }

        Set(view, "AbleToScale", "True", "SucceededGetScale", "the HPA controller was able to get the target's current scale");
        view.Status["currentReplicas"] = view.CurrentReplicas;
        if (view.CurrentReplicas == 0 && view.MinReplicas != 0)
        {
            Set(view, "ScalingActive", "False", "ScalingDisabled", "scaling is disabled since the replica count of the target is zero");
            view.Status["desiredReplicas"] = 0;
            return Finish(view, before, [], []);
        }

        Decision decision = Decide(view);
        view.Status["desiredReplicas"] = decision.Replicas;
        if (decision.Replicas == view.CurrentReplicas)
        {
            return Finish(view, before, [], decision.Events);
        }

        Set(view, "AbleToScale", "True", "SucceededRescale", $"the HPA controller was able to update the target scale to {decision.Replicas.ToString(CultureInfo.InvariantCulture)}");
        view.Status["lastScaleTime"] = Timestamps.Seconds(view.Now);
        view.Memory.Changed(view.Now, decision.Replicas - view.CurrentReplicas);
        ObservedEvent told = ControllerKind.Autoscaler.Event(
            view.Stored, "SuccessfulRescale", string.Create(CultureInfo.InvariantCulture, $"New size: {decision.Replicas}; reason: {decision.Why}"));
        return Finish(view, before, [Scale(scaled, decision.Replicas)], [.. decision.Events, told]);
    }

    private sealed record Decision(long Replicas, string Why, IReadOnlyList<ObservedEvent> Events);

    private static Decision Decide(AutoscalerView view)
    {
        long current = view.CurrentReplicas;
        if (current > view.MaxReplicas)
        {
            return new Decision(view.MaxReplicas, "Current number of replicas above Spec.MaxReplicas", []);
        }

        if (current < view.MinReplicas)
        {
            return new Decision(view.MinReplicas, "Current number of replicas below Spec.MinReplicas", []);
        }

        List<MetricProposal> proposals = [.. view.Spec.Items("metrics").Select(m => ResourceMetric.Propose(m.Item, view))];
        JsonNode[] shown = [.. proposals.Select(p => p.Current).OfType<JsonNode>()];
        view.Status["currentMetrics"] = new JsonArray(shown);
        List<MetricProposal> valid = [.. proposals.Where(p => p.Replicas is not null)];
        MetricProposal? failed = proposals.Find(p => p.Replicas is null);
        long wanted = valid.Count == 0 ? current : valid.Max(p => p.Replicas!.Value);

        // Of metrics some of which are not known, more may be asked for; so nothing is taken away.
        if (failed is not null && (valid.Count == 0 || wanted < current))
        {
            Set(view, "ScalingActive", "False", failed.Reason, $"the HPA was unable to compute the replica count: {failed.Message}");
            return new Decision(current, "", [ControllerKind.Autoscaler.Event(view.Stored, failed.Reason, failed.Message, isWarning: true)]);
        }

        MetricProposal deciding = valid.OrderByDescending(p => p.Replicas).First();
        Set(view, "ScalingActive", "True", "ValidMetricFound", $"the HPA was able to successfully calculate a replica count from {deciding.Message}");
        LimitedScale limited = ScalingLimits.Apply(view, wanted);
        if (limited.IsStabilized)
        {
            Set(view, "AbleToScale", "True", wanted < current ? "ScaleDownStabilized" : "ScaleUpStabilized", $"recent recommendations were {(wanted < current ? "higher" : "lower")} than current one, applying the {(wanted < current ? "highest" : "lowest")} recent recommendation");
        }
        else
        {
            Set(view, "AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size");
        }

        bool isLimited = limited.LimitedBy.Length > 0;
        Set(view, "ScalingLimited", isLimited ? "True" : "False", isLimited ? limited.LimitedBy : "DesiredWithinRange", isLimited ? limited.LimitMessage : "the desired count is within the acceptable range");
        return new Decision(limited.Replicas, limited.Replicas > current ? $"{deciding.Message} above target" : "All metrics below target", []);
    }

    private static UpdateObject Scale(ScaleTarget target, long replicas)
    {
        JsonObject at = target.Json;
        string[] members = target.ReplicasPath.Split('.');
        foreach (string member in members[..^1])
        {
            at = at.ObjectOrNew(member) ?? [];
        }

        at[members[^1]] = replicas;
        if (target.Json.Child("metadata") is { } metadata && metadata.Integer("generation") is { } generation)
        {
            metadata["generation"] = generation + 1;
        }

        return StoredJson.Replace(target.Stored, target.Json);
    }

    private static void Set(AutoscalerView view, string type, string status, string reason, string message) =>
        StoredJson.SetCondition(view.Json, new ConditionValue(type, status, reason, message), view.Now);

    private static ReconcilePlan Finish(AutoscalerView view, JsonNode before, IReadOnlyList<Mutation> mutations, IReadOnlyList<ObservedEvent> events) => new()
    {
        Anchor = mutations.Count > 0 || !JsonNode.DeepEquals(before, view.Status) ? StoredJson.Replace(view.Stored, view.Json) : null,
        Mutations = mutations,
        Events = events,
    };
}
