using System.Collections.Immutable;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Plans;

/// <summary>
/// What the agent remembers about a pod between two plans and may lose: without it, a step is tried sooner or a restart later than it would have been.
/// </summary>
/// <param name="Failures">By container name; the empty name is the sandbox.</param>
/// <param name="BackOffOrigins">By container name: the attempt after which restarts count anew.</param>
public sealed record PodMemory(ImmutableDictionary<string, StepFailure> Failures, ImmutableDictionary<string, int> BackOffOrigins)
{
    private static readonly TimeSpan InitialStepDelay = TimeSpan.FromSeconds(1);

    public static readonly PodMemory Empty = new(
        ImmutableDictionary.Create<string, StepFailure>(StringComparer.Ordinal), ImmutableDictionary.Create<string, int>(StringComparer.Ordinal));

    public PodMemory Failed(string container, string reason, string message, DateTimeOffset now)
    {
        var count = Failures.TryGetValue(container, out var last) ? last.Failures + 1 : 1;
        // Registries are asked seldom; what the node itself can mend is tried soon.
        var initial = reason is WaitingReasons.ErrImagePull or WaitingReasons.ErrImageNeverPull ? BackOff.Initial : InitialStepDelay;
        return this with { Failures = Failures.SetItem(container, new StepFailure(reason, message, count, now + BackOff.After(count, initial))) };
    }

    public PodMemory Succeeded(string container) => this with { Failures = Failures.Remove(container) };

    /// <summary>Notes the containers that ran long enough for their restarts to count anew.</summary>
    public PodMemory Observed(ObservedSandbox? sandbox, DateTimeOffset now)
    {
        var origins = BackOffOrigins;
        foreach (var container in sandbox?.Containers ?? [])
        {
            var ran = (container.FinishedAt ?? now) - (container.StartedAt ?? now);
            if (ran >= BackOff.ResetAfter && origins.GetValueOrDefault(container.Name) < container.Attempt)
            {
                origins = origins.SetItem(container.Name, container.Attempt);
            }
        }

        return origins == BackOffOrigins ? this : this with { BackOffOrigins = origins };
    }
}
