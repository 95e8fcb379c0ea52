using System.Diagnostics;

namespace Orchestrator.Load.Measuring;

/// <summary>A process, perhaps with children, that has a part in what is measured.</summary>
/// <param name="Name">What reports call it: server, postgresql, agents, generator.</param>
/// <param name="ProcessId">Its id now; null while it does not run.</param>
/// <param name="WithChildren">Whether its children belong to it.</param>
internal sealed record Component(string Name, Func<int?> ProcessId, bool WithChildren);

/// <summary>What one component took, second by second.</summary>
/// <param name="Name">The component.</param>
/// <param name="CpuCores">Processor time of each second, in cores.</param>
/// <param name="MemoryMebibytes">Proportional set size, every few seconds; the first at second 0.</param>
/// <param name="MemoryIntervalSeconds">Seconds between two of those.</param>
internal sealed record ComponentSeries(string Name, IReadOnlyList<double> CpuCores, IReadOnlyList<double> MemoryMebibytes, int MemoryIntervalSeconds);

/// <summary>Measures rounds together with the processes that have a part in them.</summary>
/// <param name="components">Processes besides this one.</param>
internal sealed class ComponentMeter(IReadOnlyList<Component> components)
{
    private const string OwnName = "generator";

    // To read the memory of a process takes the kernel milliseconds, which those measured lack.
    private const int MemoryIntervalSeconds = 5;
    private const double Mebibyte = 1024 * 1024;

    private readonly IReadOnlyList<Component> _all = [new Component(OwnName, () => Environment.ProcessId, WithChildren: false), .. components];

    /// <summary>Nothing but this process has a part.</summary>
    public static ComponentMeter OwnOnly { get; } = new([]);

    /// <summary>CPU time so far of the processes besides this one; null where there are none.</summary>
    public TimeSpan? OthersCpu => components.Count == 0 ? null : components.Aggregate(TimeSpan.Zero, (sum, c) => sum + Cpu(c));

    /// <summary>Measures one round.</summary>
    /// <param name="load">Makes the load; is given where to take it down, and the timestamp of the beginning.</param>
    public async Task<Round> MeasureAsync(Func<RoundRecorder, long, Task> load)
    {
        using var self = Process.GetCurrentProcess();
        using var over = new CancellationTokenSource();
        var (ownBefore, othersBefore, started) = (self.TotalProcessorTime, OthersCpu, Stopwatch.GetTimestamp());
        var recorder = new RoundRecorder(started);
        var sampling = SampleAsync(over.Token);
        TimeSpan elapsed;
        try
        {
            await load(recorder, started);
        }
        finally
        {
            elapsed = Stopwatch.GetElapsedTime(started);
            await over.CancelAsync();
        }

        self.Refresh();
        var (own, others) = (self.TotalProcessorTime - ownBefore, OthersCpu - othersBefore);
        return new Round(recorder.Latencies.Count, recorder.Errors, elapsed, recorder.Latencies, own, others)
        {
            ErrorReasons = recorder.ErrorReasons,
            Seconds = recorder.Seconds,
            Components = await sampling,
        };
    }

    private static TimeSpan Cpu(Component component) => component.ProcessId() is { } pid ? ProcessTree.CpuOf(pid) : TimeSpan.Zero;

    private async Task<IReadOnlyList<ComponentSeries>> SampleAsync(CancellationToken over)
    {
        var cpu = _all.Select(_ => new List<double>()).ToList();
        var memory = _all.Select(_ => new List<double>()).ToList();
        var last = _all.Select(Cpu).ToList();
        var lastAt = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            for (var second = 0; ; second++)
            {
                for (var i = 0; i < _all.Count && second % MemoryIntervalSeconds == 0; i++)
                {
                    memory[i].Add(_all[i].ProcessId() is { } pid ? ProcessTree.MemoryOf(pid, _all[i].WithChildren) / Mebibyte : 0);
                }

                await timer.WaitForNextTickAsync(over);
                var seconds = Stopwatch.GetElapsedTime(lastAt).TotalSeconds;
                lastAt = Stopwatch.GetTimestamp();
                for (var i = 0; i < _all.Count; i++)
                {
                    var now = Cpu(_all[i]);
                    cpu[i].Add((now - last[i]).TotalSeconds / seconds);
                    last[i] = now;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return [.. _all.Select((c, i) => new ComponentSeries(c.Name, cpu[i], memory[i], MemoryIntervalSeconds))];
        }
    }
}
