using System.Diagnostics;

namespace Orchestrator.Load.Measuring;

/// <summary>Workers that each begin their next operation when the last is done.</summary>
internal static class ClosedLoop
{
    /// <summary>Runs the workers for the duration.</summary>
    /// <param name="workers">Number of workers.</param>
    /// <param name="duration">How long operations are begun.</param>
    /// <param name="operation">One operation of the worker with the given number; an exception counts as an error.</param>
    /// <param name="serverCpu">CPU time so far of the processes under load that are not this one.</param>
    public static async Task<Round> RunAsync(int workers, TimeSpan duration, Func<int, ValueTask> operation, Func<TimeSpan?> serverCpu)
    {
        using var self = Process.GetCurrentProcess();
        var ownBefore = self.TotalProcessorTime;
        var serverBefore = serverCpu();
        var started = Stopwatch.GetTimestamp();
        var results = await Task.WhenAll(Enumerable.Range(0, workers).Select(w => Task.Run(() => WorkAsync(w, started, duration, operation))));
        var elapsed = Stopwatch.GetElapsedTime(started);
        self.Refresh();

        var latencies = new LatencyHistogram();
        foreach (var (own, _) in results)
        {
            latencies.Add(own);
        }

        return new(latencies.Count, results.Sum(r => r.Errors), elapsed, latencies, self.TotalProcessorTime - ownBefore, serverCpu() - serverBefore);
    }

    private static async Task<(LatencyHistogram Latencies, long Errors)> WorkAsync(int worker, long started, TimeSpan duration, Func<int, ValueTask> operation)
    {
        var latencies = new LatencyHistogram();
        var errors = 0L;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            var before = Stopwatch.GetTimestamp();
            try
            {
                await operation(worker);
                latencies.Record(Stopwatch.GetElapsedTime(before));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                errors++;
            }
        }

        return (latencies, errors);
    }
}
