using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Store;

namespace Orchestrator.Grains.Hypervisors;

/// <summary>
/// What a Hypervisor should say given its node: Unknown when the node is lost, and nothing at all when the node is gone. Everything else on it,
/// the number of its workloads too, is what its agent observes, and the agent's to write: two writers of one field would never agree. Pure.
/// </summary>
internal static class HypervisorHealth
{
    /// <param name="stored">The Hypervisor.</param>
    /// <param name="node">Its Node, null where that is gone.</param>
    /// <param name="now">The time.</param>
    public static ReconcilePlan Plan(StoredObject stored, StoredObject? node, DateTimeOffset now)
    {
        if (node is null)
        {
            return new ReconcilePlan { Mutations = [new DeleteObject(stored.Key, stored.Revision)] };
        }

        if (StoredJson.ConditionStatus(StoredJson.Read(node), "Ready") != "Unknown")
        {
            return ReconcilePlan.Nothing;
        }

        JsonObject hypervisor = StoredJson.Read(stored);
        var unknown = new ConditionValue("Ready", "Unknown", "NodeLost", $"Nothing is known of node {node.Key.Name}: its agent stopped renewing the node's lease.");
        return StoredJson.SetCondition(hypervisor, unknown, now)
            ? new ReconcilePlan { Mutations = [StoredJson.Replace(stored, hypervisor)] }
            : ReconcilePlan.Nothing;
    }
}
