using System.Globalization;
using System.Text;

namespace Orchestrator.SimulationTests.Scheduling;

public sealed class SchedulerSimulationTests
{
    private const int Runs = 60;

    /// <summary>Set ORCHESTRATOR_SEED to repeat one run.</summary>
    private static IEnumerable<int> Seeds =>
        int.TryParse(Environment.GetEnvironmentVariable("ORCHESTRATOR_SEED"), CultureInfo.InvariantCulture, out int seed) ? [seed] : Enumerable.Range(1, Runs);

    [Fact]
    public void Nothing_is_bound_twice_or_over_capacity_or_forgotten_whatever_fails()
    {
        foreach (int seed in Seeds)
        {
            SchedulerSimulation simulation = Play(seed);
            Assert.True(simulation.Invariants.Violations.Count == 0, $"seed {seed}: {string.Join("; ", simulation.Invariants.Violations)}");
            Assert.True(!simulation.Invariants.PodsThatWaitInVain().Any(), $"seed {seed}: left waiting: {string.Join(", ", simulation.Invariants.PodsThatWaitInVain())}");
            Assert.True(simulation.Invariants.Binds > 0, $"seed {seed}: nothing was bound");
        }
    }

    [Fact]
    public void The_faults_reach_the_fence()
    {
        // Without late and duplicate commits being refused the other test would prove little.
        Assert.Contains(Seeds.Take(20), seed => Play(seed).Database.FencedCount > 0);
    }

    [Fact]
    public void A_seed_takes_the_same_course_again() => Assert.Equal(Course(Play(7)), Course(Play(7)));

    private static SchedulerSimulation Play(int seed)
    {
        var simulation = new SchedulerSimulation(seed);
        try
        {
            simulation.Run();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed} failed", e);
        }

        return simulation;
    }

    private static string Course(SchedulerSimulation simulation)
    {
        var course = new StringBuilder();
        foreach (Orchestrator.Store.Change change in simulation.Database.Log)
        {
            course.AppendLine(CultureInfo.InvariantCulture, $"{change.Revision} {change.Type} {change.Object.Key} {Encoding.UTF8.GetString(change.Object.Json.Span)}");
        }

        return course.ToString();
    }
}
