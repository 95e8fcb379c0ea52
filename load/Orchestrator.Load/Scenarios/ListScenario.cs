using System.CommandLine;
using Orchestrator.Load.Reporting;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary><c>orchestrator-load list</c>: consistent lists of many pods, whole and in pages.</summary>
internal static class ListScenario
{
    private const int Pods = 10_000;

    public static Command Create()
    {
        var pods = new Option<int>("--pods") { Description = "Pods in the list.", DefaultValueFactory = _ => Pods };
        var command = new Command("list", "Lists of many pods, JSON, by one client.") { pods };
        var options = new LoadOptions(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var settings = options.Read(parsed);
            return (await MeasureAsync(parsed.GetValue(pods), settings, cancel)).Finish(settings.Format);
        });
        return command;
    }

    public static Task<LoadReport> MeasureAsync(LoadSettings settings, CancellationToken cancel) => MeasureAsync(Pods, settings, cancel);

    private static async Task<LoadReport> MeasureAsync(int pods, LoadSettings settings, CancellationToken cancel)
    {
        await using var server = await ServerProcess.StartAsync(cancel);
        await Population.CreatePodsAsync(server, pods, nodes: 0, cancel);
        using var connection = await server.ConnectAsync(cancel);
        var size = (await connection.SendAsync(ApiConnection.Get("/api/v1/pods"), expected: 200)).Length;
        List<LoadCase> cases =
        [
            new($"list of {pods} pods, {size / 1e6:0.0} MB", 1, async _ => await connection.SendAsync(ApiConnection.Get("/api/v1/pods"), expected: 200)),
            new("page of 500 of them", 1, async _ => await connection.SendAsync(ApiConnection.Get("/api/v1/pods?limit=500"), expected: 200)),
        ];
        var rows = await CaseRunner.RunAsync(cases, settings, () => server.CpuTime);
        return new LoadReport("list", "lists", settings.Rounds, settings.RoundDuration.TotalSeconds, Environment.ProcessorCount, rows);
    }
}
