using k8s.Models;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Model;
using Orchestrator.Agent.Plans;

namespace Orchestrator.Agent.Status;

/// <summary>A pod's conditions. Those of other writers are kept; times change only with the status. Pure.</summary>
internal static class PodConditions
{
    private const string Disruption = "DisruptionTarget";

    public static IList<V1PodCondition> Of(V1Pod pod, V1PodStatus computed, bool sandboxReady, DateTimeOffset now, IReadOnlyList<ObservedCondition>? observed = null)
    {
        var generation = pod.Metadata.Generation;
        var init = computed.InitContainerStatuses ?? [];
        HashSet<string> sidecars = [.. PodContainers.Sidecars(pod).Select(c => c.Name)];
        var unready = init.Where(s => sidecars.Contains(s.Name)).Concat(computed.ContainerStatuses).Where(s => !s.Ready).Select(s => s.Name).ToList();
        var pendingInit = init.Where(s => sidecars.Contains(s.Name) ? s.Started != true : !s.Ready).Select(s => s.Name).ToList();
        var initialized = pendingInit.Count == 0 || computed.ContainerStatuses.Any(s => s.ContainerID is { Length: > 0 });
        var containersReady = computed.Phase == PodPhases.Running && unready.Count == 0;
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
            containersReady ? Gated(pod) : Condition("Ready", isTrue: false, why),
            Condition("ContainersReady", containersReady, why),
        ];
        if (computed.Phase == PodPhases.Succeeded)
        {
            own[1].Reason = "PodCompleted";
        }

        var existing = pod.Status?.Conditions ?? [];
        var result = own.Select(c => WithTime(c, existing.FirstOrDefault(e => e.Type == c.Type), generation, now)).ToList();
        var told = (observed ?? []).Select(o => new V1PodCondition { Type = o.Type, Status = "True", Reason = o.Reason.Length == 0 ? null : o.Reason, Message = o.Message.Length == 0 ? null : o.Message });
        result.AddRange(told.Select(c => WithTime(c, existing.FirstOrDefault(e => e.Type == c.Type), generation, now)));
        // What a runtime told once and tells no longer holds no longer; of other writers nothing is known here.
        result.AddRange(existing.Where(e => result.All(c => c.Type != e.Type)).Select(e => IsOfRuntimes(e) ? WithTime(Condition(e.Type, false, ("", "")), e, generation, now) : e).ToList());
        if (result.All(c => c.Type != "PodScheduled"))
        {
            // Bound without the scheduler's word: that the agent has it says the same.
            result.Add(WithTime(Condition("PodScheduled", true, ("", "")), null, generation, now));
        }

        return result;
    }

    /// <summary>Says that the pod is ended for its node's sake, which does not count against its owner.</summary>
    public static void AddDisruption(V1PodStatus status, PodEnding ending, DateTimeOffset now)
    {
        status.Conditions = [.. status.Conditions.Where(c => c.Type != Disruption)];
        status.Conditions.Add(new V1PodCondition
        {
            Type = Disruption,
            Status = "True",
            Reason = "TerminationByKubelet",
            Message = ending.Message,
            LastTransitionTime = now.UtcDateTime,
            ObservedGeneration = status.ObservedGeneration,
        });
    }

    /// <summary>A pod whose containers are ready is ready once the conditions say so that its <c>readinessGates</c> name and others set.</summary>
    private static V1PodCondition Gated(V1Pod pod)
    {
        var faults = new List<string>();
        foreach (var gate in pod.Spec.ReadinessGates ?? [])
        {
            var condition = pod.Status?.Conditions?.FirstOrDefault(c => c.Type == gate.ConditionType);
            if (condition is null)
            {
                faults.Add($"corresponding condition of pod readiness gate \"{gate.ConditionType}\" does not exist.");
            }
            else if (condition.Status != "True")
            {
                faults.Add($"the status of pod readiness gate \"{gate.ConditionType}\" is not \"True\", but {condition.Status}");
            }
        }

        return Condition("Ready", faults.Count == 0, ("ReadinessGatesNotReady", string.Join(", ", faults)));
    }

    private static bool IsOfRuntimes(V1PodCondition condition) => condition.Type.StartsWith(WellKnown.Group + "/", StringComparison.Ordinal);

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
