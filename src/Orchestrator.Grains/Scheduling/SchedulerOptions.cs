using Orchestrator.Model;
using Orchestrator.Scheduling.Profiles;

namespace Orchestrator.Grains.Scheduling;

/// <summary>Limits and rhythm of one scheduler.</summary>
public sealed record SchedulerOptions
{
    /// <summary>How its pods are placed, by their spec.schedulerName: all profiles share what is known of the cluster, and one queue.</summary>
    public IReadOnlyList<SchedulerProfile> Profiles { get; init; } = [SchedulerProfile.Default];

    /// <summary>Under which its epochs are handed out, and its queue is counted.</summary>
    public string Name { get; init; } = WellKnown.DefaultSchedulerName;

    /// <summary>Most decisions committed in one batch.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Most batches being committed at once; deciding pauses when they are all out.</summary>
    public int BatchesInFlight { get; init; } = 4;

    /// <summary>How often pods that fit nowhere are tried again though nothing relevant seems to have changed.</summary>
    public TimeSpan RetryAllInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Pause before starting again after losing the store or the epoch; doubles up to <see cref="LongestRestartDelay"/>.</summary>
    public TimeSpan FirstRestartDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan LongestRestartDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Seed of the tie-breaks; null takes one from the system.</summary>
    public int? Seed { get; init; }

    /// <summary>Name under which this scheduler's epochs are handed out.</summary>
    public string FenceName => $"scheduler/{Name}";
}
