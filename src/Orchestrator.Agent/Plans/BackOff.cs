namespace Orchestrator.Agent.Plans;

/// <summary>Exponential delays, as kubelet's: 10 s, doubling, at most 5 min. Pure.</summary>
public static class BackOff
{
    public static readonly TimeSpan Initial = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>A container that ran this long before it ended starts again from the beginning.</summary>
    public static readonly TimeSpan ResetAfter = Longest * 2;

    /// <summary>Delay before the next try, after <paramref name="failures"/> failures in a row; none before the first.</summary>
    public static TimeSpan After(int failures, TimeSpan initial)
    {
        const int enoughDoublings = 20;
        if (failures <= 0)
        {
            return TimeSpan.Zero;
        }

        var delay = initial * Math.Pow(2, Math.Min(failures - 1, enoughDoublings));
        return delay < Longest ? delay : Longest;
    }

    /// <summary>Delay between the end of a container and its restart. The first restart is immediate, as kubelet's.</summary>
    /// <param name="attempt">Attempt of the container that ended, from 0.</param>
    /// <param name="origin">Attempt at which the count began, see <see cref="ResetAfter"/>.</param>
    public static TimeSpan BeforeRestart(int attempt, int origin) => After(attempt - origin, Initial);
}
