using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Scheduling.Filters;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>
/// The pods that a node brings with it: one of each DaemonSet that wants the node, which takes room before anything else comes. By Kubernetes' rule a
/// DaemonSet wants the nodes that its pods' node selector, node affinity and tolerations admit, whether or not there is room.
/// </summary>
internal static class DaemonPods
{
    private static readonly string[] ToleratedAnyway =
    [
        "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "node.kubernetes.io/disk-pressure", "node.kubernetes.io/memory-pressure",
        "node.kubernetes.io/pid-pressure", "node.kubernetes.io/unschedulable",
    ];

    private static readonly INodeFilter[] Wants = [new IsSchedulable(), new ToleratesTaints(), new MatchesNodeAffinity()];

    /// <summary>One pod of each DaemonSet that has pods in the cluster, by its controller, in the order of names.</summary>
    public static IReadOnlyList<SimulatedPod> Examples(SimulatedCluster cluster) =>
    [
        .. cluster.Pods.Where(p => p.Controller?.Kind == "DaemonSet")
            .GroupBy(p => (p.Facts.Namespace, p.Controller!.Name))
            .OrderBy(g => g.Key.Namespace, StringComparer.Ordinal).ThenBy(g => g.Key.Name, StringComparer.Ordinal)
            .Select(g => g.MinBy(p => p.Key, StringComparer.Ordinal)!),
    ];

    /// <summary>The example's like for another node.</summary>
    public static JsonObject ForNode(SimulatedPod example, string node)
    {
        var pod = JsonObject.Create(example.Json)!.DeepClone().AsObject();
        string name = $"{example.Controller!.Name}-{node}";
        pod["metadata"]!["name"] = name;
        pod["metadata"]!["uid"] = $"simulated/{example.Facts.Namespace}/{name}";
        pod.Remove("status");
        pod.Child("spec")?.Remove("nodeName");
        Pin(pod, node);
        return pod;
    }

    /// <summary>The pod of a DaemonSet's manifest for a node.</summary>
    public static JsonObject ForNode(ManifestWorkload workload, string node)
    {
        JsonObject pod = workload.Pod($"{workload.Name}-{node}");
        Pin(pod, node);
        if (pod.Child("spec") is { } spec)
        {
            var tolerations = spec.Array("tolerations") ?? [];
            spec["tolerations"] = tolerations;
            foreach (string key in ToleratedAnyway)
            {
                tolerations.Add(new JsonObject { ["key"] = key, ["operator"] = "Exists" });
            }
        }

        return pod;
    }

    /// <summary>Whether the pod, made for the node, belongs there.</summary>
    public static bool IsWanted(SimulatedCluster cluster, SimulatedPod pod, string node) =>
        pod.Workload is { } workload
        && cluster.State.TryFindSlot(node, out int slot)
        && Wants.All(f => f.Admits(cluster.State, slot, workload.Shape));

    // As the DaemonSet controller pins: in every required term, since one of them suffices.
    private static void Pin(JsonObject pod, string node)
    {
        JsonObject affinity = pod["spec"]!.AsObject().ObjectOrNew("affinity")!.ObjectOrNew("nodeAffinity")!;
        JsonObject required = affinity.ObjectOrNew("requiredDuringSchedulingIgnoredDuringExecution")!;
        if (required.Array("nodeSelectorTerms") is not { Count: > 0 } terms)
        {
            required["nodeSelectorTerms"] = terms = [new JsonObject()];
        }

        foreach (JsonObject term in terms.OfType<JsonObject>())
        {
            term["matchFields"] = new JsonArray(new JsonObject
            {
                ["key"] = "metadata.name",
                ["operator"] = "In",
                ["values"] = new JsonArray(node),
            });
        }
    }
}
