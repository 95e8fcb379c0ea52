using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps.Deployments;
using Orchestrator.Grains.Apps.Pods;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;

namespace Orchestrator.Grains.Apps.ReplicaSets;

/// <summary>The status of a ReplicaSet as of the plan that it is committed with.</summary>
internal static class ReplicaSetStatus
{
    private const string ReplicaFailure = "ReplicaFailure";

    /// <summary>Writes it into the view's JSON; false where it says so already.</summary>
    /// <param name="view">What is planned from.</param>
    /// <param name="pods">The pods that it has.</param>
    /// <param name="ending">Those of them that the plan ends.</param>
    /// <param name="admitted">Those that the plan makes besides.</param>
    /// <param name="refusalStands">True where nothing was tried because it was refused before.</param>
    public static bool Write(ReplicaSetView view, List<PodView> pods, HashSet<PodView> ending, AdmittedObjects admitted, bool refusalStands)
    {
        JsonObject spec = view.Json.Child("spec") ?? [];
        JsonObject status = view.Json.ObjectOrNew("status")!;
        var before = (JsonObject)status.DeepClone();
        long minReadySeconds = spec.Integer("minReadySeconds") ?? 0;
        KeyValuePair<string, JsonNode?>[] labels = [.. spec.Child("template").Child("metadata", "labels") ?? []];
        List<PodView> staying = [.. pods.Where(p => p.IsActive && !ending.Contains(p))];
        status["replicas"] = staying.Count + admitted.Objects.Count;
        status.Count("fullyLabeledReplicas", staying.Count(p => IsFullyLabeled(p, labels)) + admitted.Objects.Count);
        status.Count("readyReplicas", staying.Count(p => p.IsReady));
        status.Count("availableReplicas", staying.Count(p => p.IsAvailable(minReadySeconds, view.Now)));
        status.Count("terminatingReplicas", pods.Count(p => !p.HasEnded && (p.IsTerminating || (ending.Contains(p) && p.NodeName.Length > 0))));
        status["observedGeneration"] = view.Json.Child("metadata").Integer("generation") ?? 1;
        if (admitted.Refusal is { } refusal)
        {
            StoredJson.SetCondition(view.Json, new ConditionValue(ReplicaFailure, "True", "FailedCreate", refusal), view.Now);
        }
        else if (!refusalStands)
        {
            DeploymentConditions.Remove(status, ReplicaFailure);
        }

        return !JsonNode.DeepEquals(before, status);
    }

    private static bool IsFullyLabeled(PodView pod, KeyValuePair<string, JsonNode?>[] labels)
    {
        foreach ((string key, JsonNode? value) in labels)
        {
            if (!pod.Stored.Labels.TryGetValue(key, out string? has) || has != value.AsText())
            {
                return false;
            }
        }

        return true;
    }
}
