using System.Diagnostics;

namespace Orchestrator.Load.Measuring;

/// <summary>Workers that each begin their next operation when the last is done.</summary>
internal static class ClosedLoop
{
    /// <summary>Runs the workers for the duration.</summary>
    /// <param name="workers">Number of workers.</param>
    /// <param name="duration">How long operations are begun.</param>
    /// <param name="operation">One operation of the worker with the given number; an exception counts as an error.</param>
    /// <param name="meter">Measures the processes that have a part in it.</param>
    public static Task<Round> RunAsync(int workers, TimeSpan duration, Func<int, ValueTask> operation, ComponentMeter meter) => meter.MeasureAsync(
        (recorder, started) => Task.WhenAll(Enumerable.Range(0, workers).Select(w => Task.Run(() => WorkAsync(w, started, duration, operation, recorder)))));

    private static async Task WorkAsync(int worker, long started, TimeSpan duration, Func<int, ValueTask> operation, RoundRecorder recorder)
    {
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            var before = Stopwatch.GetTimestamp();
            try
            {
                await operation(worker);
                recorder.Completed(before, Stopwatch.GetTimestamp());
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                recorder.Failed(e);
            }
        }
    }
}
