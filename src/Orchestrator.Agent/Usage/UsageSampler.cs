using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Usage;

/// <summary>
/// Measures when asked, so that a node nobody asks about spends nothing. Rates are over the time since the last question where that is neither too short nor
/// too long ago; else two samples are taken a second apart. Answers are shared by those who ask within a few seconds.
/// </summary>
public sealed partial class UsageSampler(IReadOnlyList<IPodRuntime> runtimes, TimeProvider time, ILogger<UsageSampler> logger) : IDisposable
{
    /// <summary>A report that is not older is given again.</summary>
    internal static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    /// <summary>A rate is over at least this.</summary>
    internal static readonly TimeSpan ShortestWindow = TimeSpan.FromSeconds(1);

    /// <summary>A rate is over at most this: what was used minutes ago is not what is used now.</summary>
    internal static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _measuring = new(1, 1);
    private UsageSample? _last;
    private UsageReport? _report;

    public async Task<UsageReport> ReportAsync(CancellationToken cancel)
    {
        await _measuring.WaitAsync(cancel);
        try
        {
            if (_report is { } recent && time.GetUtcNow() - recent.Machine.At < Fresh)
            {
                return recent;
            }

            var sample = await SampleAsync(cancel);
            var before = _last;
            if (before is null || sample.Machine.At - before.Machine.At > LongestWindow)
            {
                before = sample;
                await Task.Delay(ShortestWindow, time, cancel);
                sample = await SampleAsync(cancel);
            }

            _last = sample;
            return _report = UsageReport.Between(before, sample);
        }
        finally
        {
            _measuring.Release();
        }
    }

    public void Dispose() => _measuring.Dispose();

    private async Task<UsageSample> SampleAsync(CancellationToken cancel)
    {
        var containers = await Task.WhenAll(runtimes.Select(r => MeasureAsync(r, cancel)));
        return new UsageSample(MachineUsage.Read(time), [.. containers.SelectMany(c => c)]);
    }

    private async Task<IReadOnlyList<ContainerUsage>> MeasureAsync(IPodRuntime runtime, CancellationToken cancel)
    {
        try
        {
            return runtime is IMeasuredRuntime measured ? await measured.MeasureAsync(cancel) : [];
        }
        catch (RuntimeUnavailableException error)
        {
            // The others' figures are worth having.
            LogUnmeasured(runtime.Identity.Technology, error.Message);
            return [];
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Technology} does not say what its containers use: {Error}")]
    private partial void LogUnmeasured(string technology, string error);
}
