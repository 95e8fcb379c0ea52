using System.Collections.Immutable;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Steps;

/// <summary>
/// Ends what still runs of a pod within one grace period for all of it: the containers together, and once they have ended the sidecars, the last first. What of
/// the grace the containers leave is the sidecars'.
/// </summary>
/// <param name="Together">Its containers.</param>
/// <param name="After">Its sidecars, in the order in which they are to end.</param>
/// <param name="Grace">What the pod as a whole has.</param>
public sealed record StopPod(ImmutableArray<StopContainer> Together, ImmutableArray<StopContainer> After, TimeSpan Grace) : PodStep("")
{
    /// <summary>What a sidecar has where the containers took all: as kubelet's.</summary>
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(2);

    public override TimeSpan Timeout => Grace + (LeastGrace * After.Length) + TimeSpan.FromMinutes(2);

    public override bool IsNeeded(PodSandboxes observed) => Together.Concat(After).Any(s => s.IsNeeded(observed));

    public override async Task DoAsync(StepContext context, CancellationToken cancel)
    {
        var observed = context.Observed;
        var started = context.Time.GetTimestamp();
        await Task.WhenAll(Together.Where(s => s.IsNeeded(observed)).Select(s => s.DoAsync(context, cancel)));
        foreach (var sidecar in After.Where(s => s.IsNeeded(observed)))
        {
            var left = Grace - context.Time.GetElapsedTime(started);
            var least = Grace < LeastGrace ? Grace : LeastGrace;
            await (sidecar with { Grace = left > least ? left : least }).DoAsync(context, cancel);
        }
    }

    /// <summary>The step for what is observed to run; null where nothing does.</summary>
    /// <param name="sidecars">Names of the pod's sidecars, in the order of its spec.</param>
    /// <param name="sandboxes">All of the pod's.</param>
    /// <param name="grace">See <see cref="Grace"/>.</param>
    public static StopPod? Of(List<string> sidecars, IEnumerable<ObservedSandbox> sandboxes, TimeSpan grace)
    {
        var running = sandboxes.SelectMany(s => s.Containers)
            .Where(c => c.State is ContainerState.Running or ContainerState.Unknown)
            .Select(c => new StopContainer(c.Name, c.Id, grace))
            .ToLookup(s => sidecars.IndexOf(s.Name));
        var after = running.Where(g => g.Key >= 0).OrderByDescending(g => g.Key).SelectMany(g => g);
        return running.Count == 0 ? null : new StopPod([.. running[-1]], [.. after], grace);
    }
}
