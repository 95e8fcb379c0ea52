using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Lab;

/// <summary>Waits for what other processes bring about.</summary>
internal static class Waiting
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns when <paramref name="condition"/> holds.</summary>
    /// <param name="condition">Null once it holds, else what is still missing.</param>
    /// <param name="limit">Longest time to wait.</param>
    /// <param name="time">Clock.</param>
    /// <param name="explain">Adds what helps to the message when the limit is over: the end of a log.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="CommandFailedException">The limit is over.</exception>
    public static async Task UntilAsync(
        Func<CancellationToken, Task<string?>> condition, TimeSpan limit, TimeProvider time, Func<string> explain, CancellationToken cancel)
    {
        var since = time.GetTimestamp();
        while (await condition(cancel) is { } missing)
        {
            if (time.GetElapsedTime(since) > limit)
            {
                throw new CommandFailedException($"{missing} (waited {limit.TotalSeconds:F0} s)\n{explain()}".TrimEnd());
            }

            await Task.Delay(LookEvery, time, cancel);
        }
    }
}
