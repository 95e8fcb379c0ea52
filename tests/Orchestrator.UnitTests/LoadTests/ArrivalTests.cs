using CsCheck;
using Orchestrator.Load.Scenarios;

namespace Orchestrator.UnitTests.LoadTests;

/// <summary>When the operations of an open loop are due.</summary>
public sealed class ArrivalTests
{
    [Fact]
    public void Arrivals_are_in_order_within_the_round_and_as_many_as_the_rate_says() =>
        Gen.Select(Gen.Double[1, 200], Gen.Double[1, 200], Gen.Double[1, 30]).Sample((rate, endRate, seconds) =>
        {
            var due = new ArrivalProcess(rate, endRate, IsPoisson: false, 0, TimeSpan.Zero).DueSeconds(TimeSpan.FromSeconds(seconds), new Random(1));
            Assert.InRange(due.Count, ((rate + endRate) / 2 * seconds) - 1.5, ((rate + endRate) / 2 * seconds) + 1.5);
            Assert.All(due.Zip(due.Skip(1)), pair => Assert.True(pair.First <= pair.Second));
            Assert.All(due, at => Assert.InRange(at, 0, seconds));
        });

    [Fact]
    public void Poisson_arrivals_have_the_mean_and_the_spread_of_chance()
    {
        var due = new ArrivalProcess(1000, 1000, IsPoisson: true, 0, TimeSpan.Zero).DueSeconds(TimeSpan.FromSeconds(100), new Random(7));
        var gaps = due.Zip(due.Skip(1), (a, b) => b - a).ToList();
        var mean = gaps.Average();
        var deviation = Math.Sqrt(gaps.Average(g => (g - mean) * (g - mean)));
        Assert.Equal(0.001, mean, tolerance: 0.00002);
        Assert.Equal(1, deviation / mean, tolerance: 0.03);
    }

    [Fact]
    public void Bursts_come_on_top_at_once()
    {
        var due = new ArrivalProcess(1, 1, IsPoisson: false, 50, TimeSpan.FromSeconds(4)).DueSeconds(TimeSpan.FromSeconds(10), new Random(1));
        Assert.Equal(10 + 100, due.Count);
        Assert.Equal(51, due.Count(at => Math.Abs(at - 4) < 1e-9));
    }

    [Fact]
    public void Lifetimes_have_the_mean_that_is_asked_for()
    {
        foreach (var distribution in (string[])["fixed", "exponential", "pareto"])
        {
            var random = new Random(3);
            var lifetime = new Lifetime(distribution, TimeSpan.FromSeconds(20));
            var mean = Enumerable.Range(0, 400_000).Average(_ => lifetime.Draw(random).TotalSeconds);
            Assert.Equal(20, mean, tolerance: 1.5);
        }
    }
}
