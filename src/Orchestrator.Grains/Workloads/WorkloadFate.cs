using System.Text.Json.Nodes;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Workloads;

/// <summary>
/// What becomes of a pod when its node does not do its part: removed where the node no longer exists, evicted where the node has a NoExecute
/// taint that it does not tolerate (or no longer), removed without waiting where the node is out of service, not ready where the node is not. Pure.
/// </summary>
internal static class WorkloadFate
{
    /// <summary>A pod on a node that nobody knows is given this long: the node may be about to register.</summary>
    public static readonly TimeSpan UnknownNodeGrace = TimeSpan.FromSeconds(40);

    /// <param name="stored">The pod.</param>
    /// <param name="node">Its node, or null where there is no such node.</param>
    /// <param name="nodeMissingSince">Since when this process has missed the node.</param>
    /// <param name="now">The time.</param>
    public static ReconcilePlan Plan(StoredObject stored, StoredObject? node, DateTimeOffset nodeMissingSince, DateTimeOffset now)
    {
        JsonObject pod = StoredJson.Read(stored);
        string nodeName = pod.Child("spec").Text("nodeName") ?? "";
        if (nodeName.Length == 0)
        {
            // Bound to nothing, it has nobody else who would end it.
            return stored.IsTerminating ? Removal(stored, now) : ReconcilePlan.Nothing;
        }

        if (node is null)
        {
            TimeSpan left = nodeMissingSince + UnknownNodeGrace - now;
            return stored.IsTerminating || left <= TimeSpan.Zero
                ? Removal(stored, now)
                : new ReconcilePlan { LookAgainAfter = left };
        }

        JsonObject nodeJson = StoredJson.Read(node);
        if (stored.IsTerminating && IsOutOfService(nodeJson))
        {
            return Removal(stored, now);
        }

        bool hasEnded = pod.Child("status").Text("phase") is "Succeeded" or "Failed";
        if (hasEnded || stored.IsTerminating)
        {
            return ReconcilePlan.Nothing;
        }

        DateTimeOffset? evictAt = Eviction.Time(pod, nodeJson, now);
        if (evictAt <= now)
        {
            return Evicted(stored, now);
        }

        return NotReady(stored, pod, nodeJson, now) with { LookAgainAfter = evictAt - now };
    }

    private static bool IsOutOfService(JsonObject node) =>
        StoredJson.ConditionStatus(node, "Ready") != "True" && node.Child("spec").Items("taints").Any(t => t.Item.Text("key") == WellKnown.OutOfServiceTaint);

    private static ReconcilePlan Removal(StoredObject stored, DateTimeOffset now) =>
        ObjectDeletion.Delete(stored, ImmediateDeletion.Instance, 0, now) is { } removal ? new ReconcilePlan { Mutations = [removal] } : ReconcilePlan.Nothing;

    private static ReconcilePlan Evicted(StoredObject stored, DateTimeOffset now)
    {
        var disruption = new ConditionValue("DisruptionTarget", "True", "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint");
        return ObjectDeletion.Delete(stored, PodDeletion.Instance, null, now, alsoSet: disruption) is not { } eviction
            ? ReconcilePlan.Nothing
            : new ReconcilePlan
            {
                Mutations = [eviction],
                Events = [new ObservedEvent("v1", "Pod", stored.Key.Namespace, stored.Key.Name, stored.Uid, false, "TaintManagerEviction", $"Marking for deletion Pod {stored.Key.Namespace}/{stored.Key.Name}", "taint-eviction-controller")],
            };
    }

    private static ReconcilePlan NotReady(StoredObject stored, JsonObject pod, JsonObject node, DateTimeOffset now)
    {
        bool nodeIsLost = StoredJson.ConditionStatus(node, "Ready") == "Unknown";
        if (!nodeIsLost || StoredJson.ConditionStatus(pod, "Ready") != "True")
        {
            return ReconcilePlan.Nothing;
        }

        StoredJson.SetCondition(pod, new ConditionValue("Ready", "False", "NodeNotReady", "Nothing is known of the pod's node."), now);
        return new ReconcilePlan
        {
            Mutations = [StoredJson.Replace(stored, pod)],
            Events = [new ObservedEvent("v1", "Pod", stored.Key.Namespace, stored.Key.Name, stored.Uid, true, "NodeNotReady", "Node is not ready", "node-controller")],
        };
    }
}
