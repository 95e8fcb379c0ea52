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

    /// <summary>Plan for a pod that is to run.</summary>
    public static PodPlan ToRun(
        V1Pod pod, ObservedSandbox? sandbox, IEnumerable<ObservedSandbox> stale, PodMemory memory, PodHealth health, DateTimeOffset now)
    {
        var builder = new RunPlanBuilder(pod, memory, health, now);
        return builder.Build(sandbox, stale);
    }

    /// <summary>Plan for a pod that is to end: first its containers, asked politely, then all that belongs to it.</summary>
    /// <param name="pod">The pod: its sidecars end after its other containers, the last first.</param>
    /// <param name="sandboxes">What is observed of it.</param>
    /// <param name="grace">What each container gets.</param>
    public static PodPlan ToEnd(V1Pod pod, IEnumerable<ObservedSandbox> sandboxes, TimeSpan grace)
    {
        List<string> sidecars = [.. PodContainers.Sidecars(pod).Select(c => c.Name)];
        var steps = ImmutableArray.CreateBuilder<PodStep>();
        foreach (var sandbox in sandboxes)
        {
            steps.AddRange(sandbox.Containers
                .Where(c => c.State is ContainerState.Running or ContainerState.Unknown)
                .OrderByDescending(c => sidecars.IndexOf(c.Name) is var i && i < 0 ? int.MaxValue : i)
                .Select(c => new StopContainer(c.Name, c.Id, grace)));
        }

        return new PodPlan(steps.ToImmutable(), NoneWaiting, null);
    }

    /// <summary>Plan for what is left of a pod whose containers have ended.</summary>
    public static PodPlan ToRemove(IEnumerable<ObservedSandbox> sandboxes) =>
        new([.. sandboxes.Select(s => new RemoveSandbox(s.Id))], NoneWaiting, null);
}
