using Orchestrator.Cli.LoadTests;
using Orchestrator.Load.Results;
using Orchestrator.Load.Scenarios;
using Orchestrator.Testing;

namespace Orchestrator.IntegrationTests.LoadTests;

/// <summary>Reports of a scenario that was run, as a real browser shows them.</summary>
public sealed class ReportPageTests
{
    private const int Width = 1200;
    private const int Height = 3200;

    [Fact]
    public async Task A_report_shows_its_plots_and_the_nodes_in_a_browser()
    {
        using var directory = new TemporaryDirectory();
        var run = await RunAsync(versus: false);
        Assert.False(run.HasFailed);
        var files = ReportFiles.WriteAll(directory.Path, run);
        Assert.All(files, file => Assert.True(new FileInfo(file).Length > 0, file));
        var picture = await Browser.ShootAsync(files[0], Path.Combine(directory.Path, "report.png"), Width, Height, TestContext.Current.CancellationToken);

        Assert.Equal((Width, Height), (picture.Width, picture.Height));
        AssertShows(picture, "the page's ground", 0xf6, 0xf7, 0xf9, atLeast: 50_000);
        AssertShows(picture, "cards and sections", 0xff, 0xff, 0xff, atLeast: 500_000);
        AssertShows(picture, "the first line of plots", 0x2f, 0x6f, 0xdb, atLeast: 500);
        AssertShows(picture, "text", 0x1c, 0x24, 0x30, atLeast: 500);
        AssertShows(picture, "empty nodes of the heat map", 0xee, 0xf2, 0xf8, atLeast: 500);
    }

    [Fact]
    public async Task A_comparison_shows_its_intervals_in_a_browser()
    {
        using var directory = new TemporaryDirectory();
        var run = await RunAsync(versus: true);
        var files = ReportFiles.WriteAll(directory.Path, run);
        var picture = await Browser.ShootAsync(files[0], Path.Combine(directory.Path, "report.png"), Width, Height, TestContext.Current.CancellationToken);

        Assert.Contains(RunComparison.OfVariants(run).Metrics, m => m is { IsDecisive: true, Verdict: "worse" });
        AssertShows(picture, "the interval of what got worse", 0xc8, 0x37, 0x2d, atLeast: 60);
    }

    private static void AssertShows(Picture picture, string what, int red, int green, int blue, int atLeast)
    {
        var found = picture.Count(red, green, blue);
        Assert.True(found >= atLeast, $"{what}: {found} points instead of {atLeast} or more");
    }

    /// <summary>The scheduler on a few nodes; the second variant is slowed threefold, which no noise hides.</summary>
    private static async Task<LoadRun> RunAsync(bool versus)
    {
        var source = ScenarioSource.Open("placement-core");
        foreach (var change in (string[])["nodes[0].count=60", "cases=[{name: simple, workloads: [simple], count: 2000, keep: 1000}, {name: spread, workloads: [spread], count: 500, keep: 200}]", "rounds=8", "warmUp=100ms"])
        {
            ScenarioSource.Set(source, change);
        }

        var second = source.DeepClone().AsObject();
        ScenarioSource.Set(second, "faults=[{kind: slowScheduler, share: 3}]");
        return await new ScenarioRunner(new LoadContext(null, null), TimeProvider.System, _ => { })
            .RunAsync(ScenarioSource.Read("test", source), versus ? ScenarioSource.Read("test", second) : null, TestContext.Current.CancellationToken);
    }
}
