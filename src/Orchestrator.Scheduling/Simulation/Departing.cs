using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Scheduling.Preemption;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>What becomes of the pods of a node that is drained or lost.</summary>
internal static class Departing
{
    /// <summary>
    /// Drains as <c>kubectl drain --ignore-daemonsets --force</c> does: closes the node and evicts its pods, except those that belong to it and those
    /// that a disruption budget keeps.
    /// </summary>
    /// <param name="cluster">The cluster, changed.</param>
    /// <param name="node">The node.</param>
    /// <param name="run">Gets the pods that are made anew.</param>
    /// <returns>Those that leave for good or stay.</returns>
    public static IReadOnlyList<Departure> Drain(SimulatedCluster cluster, string node, PlacementRun run)
    {
        cluster.Cordon(node);
        var departures = new List<Departure>();
        foreach (SimulatedPod pod in PodsOf(cluster, node).Where(p => !p.BelongsToNode))
        {
            if (KeptBy(cluster, pod) is { } budget)
            {
                departures.Add(new Departure(pod, node, $"stays: PodDisruptionBudget {budget} allows no disruption", IsGone: false));
            }
            else
            {
                Leave(cluster, pod, node, "evicted", run, departures);
            }
        }

        return departures;
    }

    /// <summary>Takes the node away with all that is on it.</summary>
    public static IReadOnlyList<Departure> Lose(SimulatedCluster cluster, string node, PlacementRun run)
    {
        SimulatedPod[] pods = PodsOf(cluster, node);
        cluster.RemoveNode(node);
        var departures = new List<Departure>();
        foreach (SimulatedPod pod in pods)
        {
            if (pod.BelongsToNode)
            {
                cluster.RemovePod(pod.Facts.Uid);
            }
            else
            {
                Leave(cluster, pod, node, "lost", run, departures);
            }
        }

        return departures;
    }

    /// <summary>The pod as its controller would make it anew: unbound, under the old name, which says more in a report than one made up.</summary>
    public static SimulatedPod Anew(SimulatedPod pod, SimulatedCluster cluster)
    {
        var fresh = JsonObject.Create(pod.Json)!.DeepClone().AsObject();
        fresh.Child("spec")?.Remove("nodeName");
        fresh.Child("metadata")?.Remove("deletionTimestamp");
        fresh.Remove("status");
        SimulatedPod anew = cluster.ReadPod(JsonSerializer.SerializeToElement(fresh, SimulationJson.Default.JsonObject));
        return anew with { Facts = anew.Facts with { Devices = [] } };
    }

    /// <summary>The name of a budget that lets the pod not go now, or null.</summary>
    public static string? KeptBy(SimulatedCluster cluster, SimulatedPod pod)
    {
        foreach (DisruptionBudget budget in cluster.Budgets)
        {
            if (budget.Allowed == 0 && pod.Workload is { } workload && budget.Protects(workload.Identity))
            {
                return budget.Name;
            }
        }

        return null;
    }

    /// <summary>The node's pods in the order of their names.</summary>
    public static SimulatedPod[] PodsOf(SimulatedCluster cluster, string node) =>
        [.. cluster.State.PodsOf(node).Select(p => cluster.FindPod(p.Uid)!).OrderBy(p => p.Key, StringComparer.Ordinal)];

    private static void Leave(SimulatedCluster cluster, SimulatedPod pod, string node, string how, PlacementRun run, List<Departure> departures)
    {
        cluster.RemovePod(pod.Facts.Uid);
        if (pod.Controller is null)
        {
            departures.Add(new Departure(pod, node, $"{how}, and no controller makes it anew", IsGone: true));
        }
        else if (!pod.Facts.IsTerminating)
        {
            run.Enqueue(Anew(pod, cluster), PodOrigins.Displaced, node);
        }
    }
}
