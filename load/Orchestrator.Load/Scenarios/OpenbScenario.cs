using System.Diagnostics;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Traces;
using Orchestrator.Scheduling.Lookahead;

namespace Orchestrator.Load.Scenarios;

/// <summary>
/// How much of a GPU cluster's devices get allocated when more is asked for than there is, on Alibaba's trace and by the rules of Weng et al., "Beware of
/// Fragmentation" (USENIX ATC 2023): pods in random order, inflated by clones, no departures. One round is one seed.
/// </summary>
internal sealed class OpenbScenario(LoadContext context) : IMeasure
{
    private const int PolicySeeds = 1_000;

    private readonly Dictionary<string, OpenbTrace> _traces = new(StringComparer.Ordinal);

    public string Unit => "workloads";

    public Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel)
    {
        if (!_traces.TryGetValue(spec.Variant, out var trace))
        {
            trace = TraceFile.Read($"the trace '{spec.Variant}'", () => OpenbTrace.Read(context.RequiredData, spec.Variant));
            _traces.Add(spec.Variant, trace);
        }

        return Task.FromResult(new MeasuredCase((round, token) => Task.Run(() => Run(trace, spec, round, token), token)));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Round Run(OpenbTrace trace, CaseSpec spec, RoundRequest round, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        IDevicePolicy policy = spec.Policy == "lookahead" ? new LookaheadPolicy(new LookaheadOptions(), new Random(PolicySeeds + round.Number)) : new TightestFit();
        var outcome = OpenbRun.Run(trace, policy, spec.Demand, new Random(round.Number), cancel);
        return Round.OfFigures(
            Stopwatch.GetElapsedTime(started),
            KeyValuePair.Create("allocated %", outcome.Allocated * 100),
            KeyValuePair.Create("placed", (double)outcome.Placed),
            KeyValuePair.Create("skipped", (double)outcome.Skipped));
    }
}
