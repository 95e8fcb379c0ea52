namespace Orchestrator.Grains.Jobs;

/// <summary>
/// How long a failed pod's successor waits: 10 s after the first failure, twice as long after each further one in a row, at most 10 min. Worked out from
/// the pods that ended, which are kept as long as the Job, so that another activation comes to the same.
/// </summary>
internal static class JobBackOff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private const int MostDoublings = 16;

    public static TimeSpan Delay(int failures)
    {
        if (failures == 0)
        {
            return TimeSpan.Zero;
        }

        TimeSpan delay = First * (1 << Math.Min(failures - 1, MostDoublings));
        return delay < Longest ? delay : Longest;
    }

    /// <summary>What is left of the wait; zero or less where there is none.</summary>
    public static TimeSpan Wait(JobView view)
    {
        DateTimeOffset? lastFailure = null;
        int failures = 0;
        foreach (JobPod pod in view.Pods.Where(p => p.HasSucceeded || p.HasFailed(view.OnlyReplacesFailed)).OrderByDescending(p => p.EndedAt))
        {
            if (pod.HasSucceeded)
            {
                break;
            }

            lastFailure ??= pod.EndedAt;
            failures++;
        }

        return lastFailure is { } last ? last + Delay(failures) - view.Now : TimeSpan.Zero;
    }
}
