using System.CommandLine;
using Orchestrator.Load.Reporting;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary><c>orchestrator-load api</c>: ConfigMap creates and gets per second through a server in a process of its own, over TLS with client certificates.</summary>
internal static class ApiScenario
{
    private const string Collection = "/api/v1/namespaces/default/configmaps";
    private const int GetTargets = 1000;

    public static Command Create()
    {
        var clients = new Option<int[]>("--clients")
        {
            Description = "Numbers of clients to measure, each with one connection.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 16],
        };
        var bytes = new Option<int>("--value-bytes") { Description = "Size of each ConfigMap's data.", DefaultValueFactory = _ => 256 };
        var command = new Command("api", "ConfigMap creates and gets per second of the API.") { clients, bytes };
        var options = new LoadOptions(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var settings = options.Read(parsed);
            return (await MeasureAsync(parsed.GetValue(clients)!, parsed.GetValue(bytes), settings, cancel)).Finish(settings.Format);
        });
        return command;
    }

    public static Task<LoadReport> MeasureAsync(LoadSettings settings, CancellationToken cancel) => MeasureAsync([1, 16], 256, settings, cancel);

    private static async Task<LoadReport> MeasureAsync(int[] clients, int valueBytes, LoadSettings settings, CancellationToken cancel)
    {
        await using var server = await ServerProcess.StartAsync(cancel);
        var connections = await Task.WhenAll(Enumerable.Range(0, clients.Max()).Select(_ => server.ConnectAsync(cancel)));
        try
        {
            var value = new string('x', valueBytes);
            for (var i = 0; i < GetTargets; i++)
            {
                await CreateAsync(connections[0], $"target-{i}", value);
            }

            var next = 0;
            var cases = clients.SelectMany(count => new[]
            {
                new LoadCase($"create, {count} clients", count, worker => CreateAsync(connections[worker], $"load-{Interlocked.Increment(ref next)}", value)),
                new LoadCase($"get, {count} clients", count, worker => GetAsync(connections[worker], $"target-{Interlocked.Increment(ref next) % GetTargets}")),
            }).ToList();
            var rows = await CaseRunner.RunAsync(cases, settings, () => server.CpuTime);
            return new LoadReport("api", "requests", settings.Rounds, settings.RoundDuration.TotalSeconds, Environment.ProcessorCount, rows);
        }
        finally
        {
            foreach (var connection in connections)
            {
                connection.Dispose();
            }
        }
    }

    private static async ValueTask CreateAsync(ApiConnection client, string name, string value) => await client.SendAsync(
        ApiConnection.Post(
            Collection,
            $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","labels":{"load":"api"}},"data":{"value":"{{{value}}}"}}"""),
        expected: 201);

    private static async ValueTask GetAsync(ApiConnection client, string name) =>
        await client.SendAsync(ApiConnection.Get($"{Collection}/{name}"), expected: 200);
}
