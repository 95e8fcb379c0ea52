using Orchestrator.Load.Results;
using Orchestrator.Load.Scenarios;

namespace Orchestrator.UnitTests.LoadTests;

/// <summary>
/// Comparisons of runs whose rounds are drawn with the noise that was seen on a busy machine: a spread of 6 % between rounds, every tenth round half as
/// fast, and a machine whose speed drifts by a quarter, which the yardstick sees.
/// </summary>
public sealed class ComparisonTests
{
    private const int Trials = 400;

    [Fact]
    public void A_scheduler_that_is_a_fifth_slower_is_told_apart() =>
        Assert.InRange(Enumerable.Range(0, Trials).Count(seed => RunComparison.OfRuns(Run(seed, 1), Run(Trials + seed, 1.2)).IsWorse), Trials * 0.95, Trials);

    [Fact]
    public void Two_runs_of_the_same_build_are_not() =>
        Assert.InRange(Enumerable.Range(0, Trials).Count(seed => RunComparison.OfRuns(Run(seed, 1), Run(Trials + seed, 1)).IsDifferent), 0, Trials * 0.01);

    [Fact]
    public void Variants_that_took_turns_are_compared_round_by_round()
    {
        var told = Enumerable.Range(0, Trials).Count(seed => RunComparison.OfVariants(Variants(seed, 1.2)).IsWorse);
        var mistaken = Enumerable.Range(0, Trials).Count(seed => RunComparison.OfVariants(Variants(seed, 1)).IsDifferent);
        Assert.InRange(told, Trials * 0.95, Trials);
        Assert.InRange(mistaken, 0, Trials * 0.01);
    }

    [Fact]
    public void What_is_faster_is_better_and_no_failure()
    {
        var comparison = RunComparison.OfRuns(Run(1, 1.5), Run(2, 1));
        Assert.True(comparison is { IsDifferent: true, IsWorse: false });
        Assert.All(comparison.Metrics.Where(m => m.IsDecisive), m => Assert.Equal("better", m.Verdict));
    }

    [Fact]
    public void One_round_says_nothing() =>
        Assert.All(RunComparison.OfRuns(Run(1, 1, rounds: 1), Run(2, 2, rounds: 1)).Metrics, m => Assert.Equal("unknown", m.Verdict));

    [Fact]
    public void Runs_without_a_case_in_common_are_refused() =>
        Assert.Throws<LoadException>(() => RunComparison.OfRuns(Run(1, 1), Run(1, 1) with { Cases = [] }));

    [Theory]
    [InlineData(0.975, 1, 12.706)]
    [InlineData(0.975, 2, 4.303)]
    [InlineData(0.975, 5, 2.571)]
    [InlineData(0.995, 10, 3.169)]
    [InlineData(0.975, 100, 1.984)]
    public void Quantiles_are_those_of_the_tables(double share, double freedom, double expected) =>
        Assert.Equal(expected, TrimmedEstimate.StudentQuantile(share, freedom), tolerance: expected * 0.01);

    [Fact]
    public void A_run_is_the_same_after_writing_and_reading()
    {
        var run = Run(1, 1);
        Assert.Equal(run.ToJson(), LoadRun.FromJson("test", run.ToJson()).ToJson());
        Assert.Throws<LoadException>(() => LoadRun.FromJson("test", "[]"));
    }

    [Fact]
    public void Limits_are_held_against_the_median_round_and_what_was_not_measured_is_not_kept()
    {
        var run = Run(1, 1);
        var results = ThresholdCheck.Of(run, [new Threshold("", "p50Milliseconds", null, 100), new Threshold("", "p50Milliseconds", null, 0.0001), new Threshold("", "no such", 0, null)]);
        Assert.Equal([true, false, false], results.Select(r => r.IsKept));
    }

    private static LoadRun Run(int seed, double slower, int rounds = 30) => new()
    {
        Scenario = "test",
        Unit = "decisions",
        Machine = new MachineFacts("", 2, 1, "", "", "", ""),
        Cases = [new CaseRun("simple", "", Rounds(new Random(seed), slower, rounds))],
    };

    private static LoadRun Variants(int seed, double slower)
    {
        var random = new Random(seed);
        return Run(seed, 1) with { Cases = [new CaseRun("simple", ScenarioRunner.First, Rounds(random, 1, 30)), new CaseRun("simple", ScenarioRunner.Second, Rounds(random, slower, 30))] };
    }

    private static List<RoundRun> Rounds(Random random, double slower, int rounds)
    {
        var machine = 1 + (0.25 * random.NextDouble());
        return
        [
            .. Enumerable.Range(0, rounds).Select(_ =>
            {
                var noise = Math.Exp(0.06 * Normal(random)) * (random.Next(10) == 0 ? 2 : 1);
                var milliseconds = 0.004 * machine * slower * noise;
                return new RoundRun
                {
                    Operations = 1000,
                    PerSecond = 1000 / milliseconds,
                    CpuMicroseconds = milliseconds * 1000,
                    Latency = new LatencyFigures(milliseconds, milliseconds, milliseconds, milliseconds, milliseconds, milliseconds, [.. LatencyFigures.CurveShares.Select(_ => milliseconds)]),
                    YardstickNanoseconds = 5 * machine * Math.Exp(0.02 * Normal(random)),
                };
            }),
        ];
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
