using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Nodes;

/// <summary>When a node's agent was last heard of, in this process's time.</summary>
/// <param name="ListeningSince">When this process began to listen: silence before that says nothing.</param>
/// <param name="LastHeard">The latest renewal of its Lease, null where there was none since.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NodeSilence(DateTimeOffset ListeningSince, DateTimeOffset? LastHeard)
{
    /// <summary>As kube-controller-manager's node monitor grace period, against a Lease renewed every 10 s.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(40);

    public DateTimeOffset LostAt => (LastHeard ?? ListeningSince) + Grace;
}

/// <summary>
/// What a Node should say given whether its agent is heard of: conditions Unknown and unreachable taints when it is silent, taints that
/// follow the Ready condition and the cordon otherwise. Pure.
/// </summary>
internal static class NodeReadiness
{
    private const string NoSchedule = "NoSchedule";
    private const string NoExecute = "NoExecute";
    private const string SilentReason = "NodeStatusUnknown";
    private const string SilentMessage = "The agent stopped renewing the node's lease.";

    /// <summary>The conditions that an agent vouches for.</summary>
    private static readonly string[] Vouched = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

    private static readonly HashSet<string> OwnTaints =
        new([WellKnown.UnreachableTaint, WellKnown.NotReadyTaint, WellKnown.UnschedulableTaint, .. WellKnown.PressureTaints.Values], StringComparer.Ordinal);

    /// <param name="stored">The Node.</param>
    /// <param name="silence">When its agent was last heard of.</param>
    /// <param name="now">The time.</param>
    /// <param name="turn">When its pods may be evicted, asked for once it is known not to be ready; null for at once.</param>
    public static ReconcilePlan Plan(StoredObject stored, NodeSilence silence, DateTimeOffset now, Func<EvictionTurn>? turn = null)
    {
        JsonObject node = StoredJson.Read(stored);
        string? readyBefore = StoredJson.ConditionStatus(node, "Ready");
        bool isLost = now >= silence.LostAt;
        bool changed = isLost && SetUnknown(node, now);
        EvictionTurn evicts = turn is null || StoredJson.ConditionStatus(node, "Ready") == "True" ? EvictionTurn.Now : turn();
        changed |= SetTaints(node, WantedTaints(node, evicts), now);
        TimeSpan? untilLost = isLost ? null : silence.LostAt - now;
        var plan = new ReconcilePlan { LookAgainAfter = untilLost is null || evicts.Wait < untilLost ? evicts.Wait ?? untilLost : untilLost };
        if (!changed)
        {
            return plan;
        }

        bool wasLostNow = isLost && readyBefore != "Unknown";
        return plan with
        {
            Mutations = [StoredJson.Replace(stored, node)],
            Events = wasLostNow
                ? [new ObservedEvent("v1", "Node", "", stored.Key.Name, stored.Uid, true, "NodeNotReady", $"Node {stored.Key.Name} status is now: Unknown. {SilentMessage}", "node-controller")]
                : [],
        };
    }

    private static bool SetUnknown(JsonObject node, DateTimeOffset now)
    {
        bool changed = false;
        foreach (string type in Vouched)
        {
            // Conditions that the agent never claimed are not invented, save for Ready.
            if (type == "Ready" || StoredJson.ConditionStatus(node, type) is not null)
            {
                changed |= StoredJson.SetCondition(node, new ConditionValue(type, "Unknown", SilentReason, SilentMessage), now);
            }
        }

        return changed;
    }

    private static List<(string Key, string Effect)> WantedTaints(JsonObject node, EvictionTurn evicts)
    {
        var wanted = new List<(string Key, string Effect)>();
        switch (StoredJson.ConditionStatus(node, "Ready"))
        {
            case "True":
                break;
            case "Unknown":
                wanted.Add((WellKnown.UnreachableTaint, NoSchedule));
                Evict(WellKnown.UnreachableTaint);
                break;
            default:
                wanted.Add((WellKnown.NotReadyTaint, NoSchedule));
                Evict(WellKnown.NotReadyTaint);
                break;
        }

        wanted.AddRange(WellKnown.PressureTaints.Where(p => StoredJson.ConditionStatus(node, p.Key) == "True").Select(p => (p.Value, NoSchedule)));
        if (node.Child("spec")?["unschedulable"] is JsonValue value && value.TryGetValue(out bool cordoned) && cordoned)
        {
            wanted.Add((WellKnown.UnschedulableTaint, NoSchedule));
        }

        return wanted;

        // A node whose eviction has begun under one taint goes on under the other.
        void Evict(string key)
        {
            bool hasBegun = node.Child("spec").Items("taints").Any(t =>
                t.Item.Text("effect") == NoExecute && t.Item.Text("key") is WellKnown.UnreachableTaint or WellKnown.NotReadyTaint);
            if (evicts.MayBegin || (hasBegun && evicts.MayGoOn))
            {
                wanted.Add((key, NoExecute));
            }
        }
    }

    // Everybody else's taints keep their place and their members.
    private static bool SetTaints(JsonObject node, List<(string Key, string Effect)> wanted, DateTimeOffset now)
    {
        JsonObject spec = node.ObjectOrNew("spec")!;
        JsonArray taints = spec["taints"] as JsonArray ?? [];
        var kept = new JsonArray();
        bool changed = false;
        foreach (JsonNode? item in taints)
        {
            string key = (item as JsonObject).Text("key") ?? "";
            string effect = (item as JsonObject).Text("effect") ?? "";
            if (!OwnTaints.Contains(key) || wanted.Remove((key, effect)))
            {
                kept.Add(item?.DeepClone());
            }
            else
            {
                changed = true;
            }
        }

        foreach ((string key, string effect) in wanted)
        {
            var taint = new JsonObject { ["key"] = key, ["effect"] = effect };
            if (effect == NoExecute)
            {
                taint["timeAdded"] = Timestamps.Seconds(now);
            }

            kept.Add(taint);
            changed = true;
        }

        if (changed && kept.Count == 0)
        {
            spec.Remove("taints");
        }
        else if (changed)
        {
            spec["taints"] = kept;
        }

        return changed;
    }
}
