using System.Collections.Immutable;
using k8s.Models;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Steps;

namespace Orchestrator.Agent.Plans;

/// <summary>
/// The steps that a pod still needs, in order, given what its runtime holds. Computed anew after every change, so that it does not matter
/// where an earlier agent stopped: what is done already is observed and not planned again.
/// </summary>
/// <param name="Steps">In order. A failed step cancels those after it that concern the same container, and all if it concerns the sandbox.</param>
/// <param name="Waiting">By container: why it does not run.</param>
/// <param name="RetryAt">When to plan again though nothing changed; null if nothing waits for time to pass.</param>
public sealed record PodPlan(ImmutableArray<PodStep> Steps, ImmutableDictionary<string, WaitingState> Waiting, DateTimeOffset? RetryAt)
{
    public static readonly ImmutableDictionary<string, WaitingState> NoneWaiting = ImmutableDictionary<string, WaitingState>.Empty;

    /// <summary>There is nothing to do and nothing to wait for.</summary>
    public static readonly PodPlan Nothing = new([], NoneWaiting, null);

    /// <summary>Plan for a pod that is to run.</summary>
    public static PodPlan ToRun(
        V1Pod pod, ObservedSandbox? sandbox, IEnumerable<ObservedSandbox> stale, PodMemory memory, PodHealth health, DateTimeOffset now)
    {
        var builder = new RunPlanBuilder(pod, memory, health, now);
        return builder.Build(sandbox, stale);
    }

    /// <summary>Plan for a pod that is to end: its containers and sidecars, asked politely. Empty where none runs.</summary>
    /// <param name="pod">The pod: its sidecars end after its other containers, the last first.</param>
    /// <param name="sandboxes">What is observed of it.</param>
    /// <param name="grace">What the pod as a whole gets.</param>
    public static PodPlan ToEnd(V1Pod pod, IEnumerable<ObservedSandbox> sandboxes, TimeSpan grace)
    {
        var stop = StopPod.Of([.. PodContainers.Sidecars(pod).Select(c => c.Name)], sandboxes, grace);
        return new PodPlan(stop is null ? [] : [stop], NoneWaiting, null);
    }

    /// <summary>Plan for what is left of a pod whose containers have ended.</summary>
    public static PodPlan ToRemove(IEnumerable<ObservedSandbox> sandboxes) =>
        new([.. sandboxes.Select(s => new RemoveSandbox(s.Id))], NoneWaiting, null);
}
