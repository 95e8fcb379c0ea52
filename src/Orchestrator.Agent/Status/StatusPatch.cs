using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Orchestrator.Agent.Status;

/// <summary>The JSON merge patch that turns one status into another; null where there is nothing to change. Pure.</summary>
public static class StatusPatch
{
    public static JsonObject? Between(V1Pod pod, V1PodStatus wanted)
    {
        var before = Json(pod.Status ?? new V1PodStatus());
        var after = Json(wanted);
        var changes = new JsonObject();
        foreach (var (name, value) in after)
        {
            if (!JsonNode.DeepEquals(before[name], value))
            {
                changes[name] = value?.DeepClone();
            }
        }

        foreach (var (name, _) in before)
        {
            if (!after.ContainsKey(name))
            {
                // In a merge patch null removes.
                changes[name] = null;
            }
        }

        if (changes.Count == 0)
        {
            return null;
        }

        return new JsonObject
        {
            // Guards against a pod of the same name that has taken this one's place.
            ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid },
            ["status"] = changes,
        };
    }

    private static JsonObject Json(V1PodStatus status) => JsonNode.Parse(KubernetesJson.Serialize(status))!.AsObject();
}
