using System.CommandLine;
using Orchestrator.Load.Reporting;

namespace Orchestrator.Load.Scenarios;

/// <summary>
/// <c>orchestrator-load all</c>: every scenario, one after another, and their tables put into the page of figures, where markers
/// (<c>&lt;!-- figures: NAME --&gt;</c> up to <c>&lt;!-- end --&gt;</c>) say.
/// </summary>
internal static class AllScenarios
{
    public static Command Create()
    {
        var page = new Option<FileInfo?>("--write") { Description = "Page in Markdown whose tables are rewritten: docs/performance.md." };
        var command = new Command("all", "Every scenario; rewrites the tables of the page of figures.") { page };
        var options = new LoadOptions(command);
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(page), options.Read(parsed), cancel));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo? page, LoadSettings settings, CancellationToken cancel)
    {
        var failed = 0;
        foreach (var (name, measure) in (IEnumerable<(string, Func<LoadSettings, CancellationToken, Task<LoadReport>>)>)
            [("store", StoreScenario.MeasureAsync), ("api", ApiScenario.MeasureAsync), ("list", ListScenario.MeasureAsync), ("watch", WatchScenario.MeasureAsync), ("bind", BindScenario.MeasureAsync)])
        {
            var report = await measure(settings, cancel);
            failed |= report.Finish(settings.Format);
            FiguresPage.Write(page, name, report.ToMarkdown());
        }

        var memory = await MemoryScenario.MeasureAsync(cancel);
        memory.Print(settings.Format);
        FiguresPage.Write(page, "memory", memory.ToMarkdown());

        var rollout = await RolloutScenario.MeasureAsync(cancel);
        rollout.Print(settings.Format);
        FiguresPage.Write(page, "rollout", rollout.ToMarkdown());

        var placement = await PlacementScenario.MeasureAsync(settings);
        failed |= placement.Finish(settings.Format);
        FiguresPage.Write(page, "placement", placement.ToMarkdown());
        return failed;
    }
}
