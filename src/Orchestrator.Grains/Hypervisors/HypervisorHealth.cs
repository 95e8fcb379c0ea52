using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Hypervisors;

/// <summary>What a Hypervisor should say given its node and the pods there: Unknown when the node is lost, the number of workloads, and nothing at all when the node is gone. Pure.</summary>
internal static class HypervisorHealth
{
    /// <param name="stored">The Hypervisor.</param>
    /// <param name="node">Its Node, null where that is gone.</param>
    /// <param name="podsOnNode">The pods bound to the node, or null where they shall not be counted now.</param>
    /// <param name="handlerOf">The handler of a RuntimeClass, null where there is no such class.</param>
    /// <param name="now">The time.</param>
    public static ReconcilePlan Plan(
        StoredObject stored, StoredObject? node, IReadOnlyList<StoredObject>? podsOnNode, Func<string, string?> handlerOf, DateTimeOffset now)
    {
        if (node is null)
        {
            return new ReconcilePlan { Mutations = [new DeleteObject(stored.Key, stored.Revision)] };
        }

        JsonObject hypervisor = StoredJson.Read(stored);
        bool changed = false;
        if (StoredJson.ConditionStatus(StoredJson.Read(node), "Ready") == "Unknown")
        {
            var unknown = new ConditionValue("Ready", "Unknown", "NodeLost", $"Nothing is known of node {node.Key.Name}: its agent stopped renewing the node's lease.");
            changed = StoredJson.SetCondition(hypervisor, unknown, now);
        }

        var served = new HashSet<string>(hypervisor.Child("status").Texts("runtimeHandlers"), StringComparer.Ordinal);
        int? workloads = podsOnNode?.Count(pod => IsServed(StoredJson.Read(pod), served, handlerOf));
        if (workloads is not null && served.Count > 0 && hypervisor.Child("status").Integer("workloads") != workloads)
        {
            hypervisor.ObjectOrNew("status")!["workloads"] = workloads;
            changed = true;
        }

        return changed ? new ReconcilePlan { Mutations = [StoredJson.Replace(stored, hypervisor)] } : ReconcilePlan.Nothing;
    }

    private static bool IsServed(JsonObject pod, HashSet<string> served, Func<string, string?> handlerOf)
    {
        if (pod.Child("status").Text("phase") is "Succeeded" or "Failed")
        {
            return false;
        }

        string className = pod.Child("spec").Text("runtimeClassName") ?? "";
        string? handler = className.Length == 0 ? RuntimeHandlers.Runc : handlerOf(className);
        return handler is not null && served.Contains(handler);
    }
}
