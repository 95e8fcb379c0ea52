using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.SimulationTests.Jobs;

public sealed class JobSimulationTests
{
    private const int Runs = 60;

    /// <summary>Set ORCHESTRATOR_SEED to repeat one run.</summary>
    private static IEnumerable<int> Seeds =>
        int.TryParse(Environment.GetEnvironmentVariable("ORCHESTRATOR_SEED"), CultureInfo.InvariantCulture, out int seed) ? [seed] : Enumerable.Range(1, Runs);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_end_is_counted_once_and_never_too_many_run_whatever_fails(bool isIndexed)
    {
        int failures = 0;
        foreach (int seed in Seeds)
        {
            var simulation = new JobSimulation(seed, isIndexed);
            simulation.Run();
            JsonObject status = simulation.Status;
            JobInvariants seen = simulation.Invariants;
            Assert.True(seen.Violations.Count == 0, $"seed {seed}: {string.Join("; ", seen.Violations)}");
            Assert.True(
                status.Items("conditions").Any(c => c.Item.Text("type") == "Complete" && c.Item.Text("status") == "True"),
                $"seed {seed}: not complete: {status.ToJsonString()}");
            long succeeded = status.Integer("succeeded") ?? 0;
            long failed = status.Integer("failed") ?? 0;
            if (isIndexed)
            {
                Assert.True(succeeded == seen.SucceededIndexes && failed >= seen.Ended - seen.Succeeded && failed <= seen.Ended - succeeded, $"seed {seed}: {failed} failures and {succeeded} indexes counted of {seen.Ended} ends");
            }
            else
            {
                Assert.True(succeeded + failed == seen.Ended && succeeded <= seen.Succeeded, $"seed {seed}: {succeeded} successes and {failed} failures counted of {seen.Ended} ends");
            }

            Assert.True(succeeded >= JobSimulation.Completions && status.Child("uncountedTerminatedPods") is { Count: 0 }, $"seed {seed}: {status.ToJsonString()}");
            failures += (int)failed;
        }

        Assert.True(failures > 0, "no pod failed: the runs prove little");
    }
}
