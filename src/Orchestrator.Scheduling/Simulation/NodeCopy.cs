using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Model.Json;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>Makes nodes that are like one that exists.</summary>
internal static class NodeCopy
{
    private const string ConditionTaintPrefix = "node.kubernetes.io/";

    /// <summary>
    /// The node as it would be when new: the same capacity, labels and taints under another name, but open, in good health, and without images.
    /// </summary>
    public static JsonElement Of(JsonElement node, string name)
    {
        var copy = JsonObject.Create(node)!.DeepClone().AsObject();
        JsonObject metadata = copy.ObjectOrNew("metadata")!;
        metadata["name"] = name;
        metadata.Remove("uid");
        if (metadata.Child("labels") is { } labels && labels.ContainsKey(WellKnown.HostnameLabel))
        {
            labels[WellKnown.HostnameLabel] = name;
        }

        if (copy.Child("spec") is { } spec)
        {
            spec.Remove("unschedulable");
            if (spec.Array("taints") is { } taints)
            {
                spec["taints"] = new JsonArray([.. taints.Where(t => !IsOfCondition(t)).Select(t => t!.DeepClone())]);
            }
        }

        copy.Child("status")?.Remove("images");
        return JsonSerializer.SerializeToElement(copy, SimulationJson.Default.JsonObject);
    }

    /// <summary>Names for copies that no node has.</summary>
    public static IEnumerable<string> Names(string like, int count, Func<string, bool> isTaken)
    {
        for (int given = 0, number = 1; given < count; number++)
        {
            string name = $"{like}-copy-{number}";
            if (!isTaken(name))
            {
                given++;
                yield return name;
            }
        }
    }

    private static bool IsOfCondition(JsonNode? taint) =>
        (taint as JsonObject).Text("key")?.StartsWith(ConditionTaintPrefix, StringComparison.Ordinal) == true;
}
