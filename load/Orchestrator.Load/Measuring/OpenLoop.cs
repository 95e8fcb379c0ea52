using System.Diagnostics;

namespace Orchestrator.Load.Measuring;

/// <summary>
/// Operations at times that were fixed beforehand, whatever became of those before: a server that stalls does not slow its own load down, and what it
/// makes wait is counted from when it should have been sent.
/// </summary>
internal static class OpenLoop
{
    /// <summary>Begins the operations on time, and ends when all have ended.</summary>
    /// <param name="dueSeconds">When each is due, in seconds from now, in order.</param>
    /// <param name="operation">One operation: its number, and the timestamp at which it was due.</param>
    /// <param name="cancel">Cancellation.</param>
    public static async Task RunAsync(IReadOnlyList<double> dueSeconds, Func<int, long, Task> operation, CancellationToken cancel)
    {
        var running = new Task[dueSeconds.Count];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < running.Length; i++)
        {
            var due = start + (long)(dueSeconds[i] * Stopwatch.Frequency);
            await UntilAsync(due, cancel);
            running[i] = operation(i, due);
        }

        await Task.WhenAll(running);
    }

    // Timers are a millisecond late or more: the last of it is waited for by giving way to whoever wants to run.
    private static async Task UntilAsync(long due, CancellationToken cancel)
    {
        var early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) - TimeSpan.FromMilliseconds(1);
        if (early > TimeSpan.Zero)
        {
            await Task.Delay(early, cancel);
        }

        while (Stopwatch.GetTimestamp() < due)
        {
            Thread.Yield();
        }
    }
}
