using k8s.Models;
using Orchestrator.Agent.Containers;

namespace Orchestrator.Agent.Status;

/// <summary>A pod's conditions. Those of other writers are kept; times change only with the status. Pure.</summary>
internal static class PodConditions
{
    public static IList<V1PodCondition> Of(V1Pod pod, V1PodStatus computed, bool sandboxReady, DateTimeOffset now)
    {
        var generation = pod.Metadata.Generation;
        var init = computed.InitContainerStatuses ?? [];
        HashSet<string> sidecars = [.. PodContainers.Sidecars(pod).Select(c => c.Name)];
        var unready = init.Where(s => sidecars.Contains(s.Name)).Concat(computed.ContainerStatuses).Where(s => !s.Ready).Select(s => s.Name).ToList();
        var pendingInit = init.Where(s => sidecars.Contains(s.Name) ? s.Started != true : !s.Ready).Select(s => s.Name).ToList();
        var initialized = pendingInit.Count == 0 || computed.ContainerStatuses.Any(s => s.ContainerID is { Length: > 0 });
        var ready = computed.Phase == PodPhases.Running && unready.Count == 0;
        var why = computed.Phase switch
        {
            PodPhases.Succeeded => ("PodCompleted", ""),
            PodPhases.Failed => ("PodFailed", ""),
            _ => ("ContainersNotReady", $"containers with unready status: [{string.Join(' ', unready)}]"),
        };
        V1PodCondition[] own =
        [
            Condition("PodReadyToStartContainers", sandboxReady, ("", "")),
            Condition("Initialized", initialized, ("ContainersNotInitialized", $"containers with incomplete status: [{string.Join(' ', pendingInit)}]")),
            Condition("Ready", ready, why),
            Condition("ContainersReady", ready, why),
        ];
        if (computed.Phase == PodPhases.Succeeded)
        {
            own[1].Reason = "PodCompleted";
        }

        var existing = pod.Status?.Conditions ?? [];
        var result = own.Select(c => WithTime(c, existing.FirstOrDefault(e => e.Type == c.Type), generation, now)).ToList();
        result.AddRange(existing.Where(e => own.All(c => c.Type != e.Type)));
        if (result.All(c => c.Type != "PodScheduled"))
        {
            // Bound without the scheduler's word: that the agent has it says the same.
            result.Add(WithTime(Condition("PodScheduled", true, ("", "")), null, generation, now));
        }

        return result;
    }

    private static V1PodCondition Condition(string type, bool isTrue, (string Reason, string Message) otherwise) => new()
    {
        Type = type,
        Status = isTrue ? "True" : "False",
        Reason = isTrue || otherwise.Reason.Length == 0 ? null : otherwise.Reason,
        Message = isTrue || otherwise.Message.Length == 0 ? null : otherwise.Message,
    };

    private static V1PodCondition WithTime(V1PodCondition condition, V1PodCondition? existing, long? generation, DateTimeOffset now)
    {
        condition.ObservedGeneration = generation;
        condition.LastTransitionTime = existing?.Status == condition.Status ? existing.LastTransitionTime : now.UtcDateTime;
        return condition;
    }
}
