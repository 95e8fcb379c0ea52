namespace Orchestrator.Testing;

/// <summary>Waits for something that another process brings about: asks again and again until a deadline.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Far beyond what anything takes on a busy machine: a test that runs into it has found something that does not happen.</summary>
    private static readonly TimeSpan PatienceLimit = TimeSpan.FromMinutes(3);

    /// <summary>The first value that is not null; a <see cref="TimeoutException"/> that says what was waited for, otherwise.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> ask, string what, TimeSpan? within = null, Func<string>? describe = null, TimeSpan? interval = null)
        where T : class
    {
        var limit = within ?? PatienceLimit;
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await ask() is { } value)
            {
                return value;
            }

            if (TimeProvider.System.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"{what} did not happen within {limit}. {describe?.Invoke()}");
            }

            await Task.Delay(interval ?? Interval);
        }
    }

    public static Task TrueAsync(Func<Task<bool>> ask, string what, TimeSpan? within = null, Func<string>? describe = null, TimeSpan? interval = null) =>
        GetAsync(async () => await ask() ? "" : null, what, within, describe, interval);
}
