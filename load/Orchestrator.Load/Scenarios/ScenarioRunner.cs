using System.Diagnostics;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Results;

namespace Orchestrator.Load.Scenarios;

/// <summary>What a run is at: for those who watch it.</summary>
/// <param name="Case">The case.</param>
/// <param name="Variant">Which of two variants that are compared; empty where there is one.</param>
/// <param name="Round">From 1; 0 for the warm-up.</param>
/// <param name="Rounds">Of the case.</param>
/// <param name="Last">The round that has just ended; null where one begins.</param>
internal sealed record LoadProgress(string Case, string Variant, int Round, int Rounds, Round? Last);

/// <summary>
/// Runs scenarios. Of two variants, the rounds of a case take turns (a b, b a, a b, ...), with the same seeds: what changes slowly on the machine
/// meets both alike, and rounds can be compared pair by pair.
/// </summary>
/// <param name="context">What scenarios are given from outside.</param>
/// <param name="time">Clock of the report's date.</param>
/// <param name="progress">Is told what the run is at.</param>
internal sealed class ScenarioRunner(LoadContext context, TimeProvider time, Action<LoadProgress> progress)
{
    /// <summary>Names of two variants that are compared.</summary>
    public const string First = "a";

    public const string Second = "b";

    /// <param name="scenario">The scenario.</param>
    /// <param name="versus">A second variant with the same cases; null for none.</param>
    /// <param name="cancel">Cancellation.</param>
    public async Task<LoadRun> RunAsync(Scenario scenario, Scenario? versus, CancellationToken cancel)
    {
        var began = time.GetUtcNow();
        var started = Stopwatch.GetTimestamp();
        List<Variant> variants = [new Variant(versus is null ? "" : First, scenario, Create(scenario, context))];
        if (versus is not null)
        {
            variants.Add(new Variant(Second, versus, Create(versus, context)));
        }

        var cases = new List<CaseRun>();
        try
        {
            for (var i = 0; i < scenario.Cases.Count; i++)
            {
                cases.AddRange(await RunCaseAsync(variants, i, cancel));
            }
        }
        finally
        {
            foreach (var variant in variants)
            {
                await variant.Measure.DisposeAsync();
            }
        }

        var run = new LoadRun
        {
            Scenario = scenario.Name,
            Description = scenario.Description,
            Unit = variants[0].Measure.Unit,
            Seed = scenario.Seed,
            Policy = scenario.Policy,
            StartedAt = began,
            DurationSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
            Machine = MachineFacts.OfThisMachine(),
            Source = scenario.Source,
            Versus = versus?.Source,
            Cases = cases,
        };
        return run with { Thresholds = ThresholdCheck.Of(run, scenario.Thresholds) };
    }

    internal static IMeasure Create(Scenario scenario, LoadContext context) => scenario.Measure switch
    {
        Measures.Store => new StoreScenario(),
        Measures.Requests => new ApiScenario(),
        Measures.Lists => new ListScenario(),
        Measures.Watches => new WatchScenario(),
        Measures.Memory => new MemoryScenario(scenario),
        Measures.Bind => new BindScenario(scenario),
        Measures.Placement => new PlacementScenario(scenario),
        Measures.Rollout => new RolloutScenario(scenario),
        Measures.Lifecycle => new LifecycleScenario(scenario, context),
        Measures.NodeLoss => new NodeLossScenario(scenario),
        Measures.Start => new StartScenario(scenario, context),
        Measures.Replay => new ReplayScenario(scenario, context),
        Measures.Devices => new OpenbScenario(context),
        Measures.Hosts => new AzureVmScenario(context),
        _ => throw new LoadException($"measure: '{scenario.Measure}' is not one of {string.Join(", ", Measures.All)}"),
    };

    private async Task<IReadOnlyList<CaseRun>> RunCaseAsync(List<Variant> variants, int index, CancellationToken cancel)
    {
        var prepared = new List<(Variant Variant, CaseSpec Spec, MeasuredCase Case, List<RoundRun> Rounds)>();
        try
        {
            foreach (var variant in variants)
            {
                var spec = variant.Scenario.Cases[index];
                progress(new LoadProgress(spec.Name, variant.Name, 0, variant.Scenario.Rounds, null));
                var ready = await variant.Measure.PrepareAsync(spec, cancel);
                prepared.Add((variant, spec, ready, []));
                if (variant.Scenario.WarmUp > TimeSpan.Zero)
                {
                    await ready.RoundAsync(new RoundRequest(0, variant.Scenario.WarmUp, variant.Scenario.Seed), cancel);
                }
            }

            for (var number = 1; number <= variants[0].Scenario.Rounds; number++)
            {
                foreach (var (variant, spec, ready, rounds) in number % 2 == 1 ? prepared : Enumerable.Reverse(prepared))
                {
                    progress(new LoadProgress(spec.Name, variant.Name, number, variant.Scenario.Rounds, null));
                    var before = Yardstick.Measure();
                    var round = await ready.RoundAsync(new RoundRequest(number, variant.Scenario.Duration, variant.Scenario.Seed + number), cancel);
                    rounds.Add(RoundRun.Of(round, (before + Yardstick.Measure()) / 2));
                    progress(new LoadProgress(spec.Name, variant.Name, number, variant.Scenario.Rounds, round));
                }
            }

            return [.. prepared.Select(p => new CaseRun(p.Spec.Name, p.Variant.Name, p.Rounds) { Picture = p.Case.Picture() })];
        }
        finally
        {
            foreach (var (_, _, ready, _) in prepared)
            {
                await ready.DisposeAsync();
            }
        }
    }

    private sealed record Variant(string Name, Scenario Scenario, IMeasure Measure);
}
