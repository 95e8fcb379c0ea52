using System.Diagnostics;
using System.Globalization;
using Orchestrator.Load.Scenarios;

namespace Orchestrator.Load.Servers;

/// <summary>Pauses of the database: all processes of the server's PostgreSQL stand still, and go on after a while.</summary>
internal sealed class DatabaseFaults(ServerProcess server, IReadOnlyList<Fault> faults)
{
    private readonly List<Fault> _pauses = [.. faults.Where(f => f.Kind == "pauseDatabase").OrderBy(f => f.At)];

    /// <summary>How long all pauses together take.</summary>
    public TimeSpan Length => _pauses.Aggregate(TimeSpan.Zero, (sum, p) => sum + p.For);

    /// <summary>Makes the pauses; ends after the last, or when told to, and leaves the database running.</summary>
    public async Task RunAsync(CancellationToken over)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            foreach (var pause in _pauses)
            {
                var wait = pause.At - Stopwatch.GetElapsedTime(started);
                await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, over);
                await SignalAsync("-STOP");
                try
                {
                    await Task.Delay(pause.For, over);
                }
                finally
                {
                    await SignalAsync("-CONT");
                }
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The round is over.
        }
    }

    private async Task SignalAsync(string signal)
    {
        string[] ids = [.. server.DatabaseProcesses.Select(id => id.ToString(CultureInfo.InvariantCulture))];
        if (ids.Length > 0)
        {
            using var kill = Process.Start("kill", [signal, .. ids]);
            await kill.WaitForExitAsync();
        }
    }
}
