using Orchestrator.Cli.Lab.Processes;

namespace Orchestrator.UnitTests.Lab;

public sealed class RestartBackoffTests
{
    [Fact]
    public void Doubles_to_a_limit_and_starts_over_after_a_settled_run()
    {
        var backoff = new RestartBackoff();
        var delays = Enumerable.Range(0, 8).Select(_ => backoff.After(TimeSpan.FromSeconds(5)).TotalSeconds).ToList();
        Assert.Equal([0, 1, 2, 4, 8, 16, 30, 30], delays);
        Assert.Equal(TimeSpan.Zero, backoff.After(TimeSpan.FromMinutes(2)));
        Assert.Equal(TimeSpan.FromSeconds(1), backoff.After(TimeSpan.Zero));
    }
}
