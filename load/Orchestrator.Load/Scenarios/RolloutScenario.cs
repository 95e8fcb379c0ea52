using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Load.Reporting;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary><c>orchestrator-load rollout</c>: Deployments created, rolled out and deleted on nodes whose agents answer at once; time, writes and CPU.</summary>
internal static class RolloutScenario
{
    private const string Collection = "/apis/apps/v1/namespaces/default/deployments";
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PhaseLimit = TimeSpan.FromMinutes(15);

    public static Command Create()
    {
        var deployments = new Option<int>("--deployments") { Description = "Deployments.", DefaultValueFactory = _ => 1000 };
        var replicas = new Option<int>("--replicas") { Description = "Pods of each.", DefaultValueFactory = _ => 10 };
        var nodes = new Option<int>("--nodes") { Description = "Simulated nodes.", DefaultValueFactory = _ => 1000 };
        var page = new Option<FileInfo?>("--write") { Description = "Page in Markdown whose table is rewritten: docs/performance.md." };
        var output = new Option<ReportFormat>("--output", "-o") { Description = "How the report is printed.", DefaultValueFactory = _ => ReportFormat.Table };
        var command = new Command("rollout", "Deployments created, rolled out and deleted on simulated nodes.") { deployments, replicas, nodes, page, output };
        command.SetAction(async (parsed, cancel) =>
        {
            var report = await MeasureAsync(parsed.GetValue(deployments), parsed.GetValue(replicas), parsed.GetValue(nodes), cancel);
            report.Print(parsed.GetValue(output));
            FiguresPage.Write(parsed.GetValue(page), "rollout", report.ToMarkdown());
            return 0;
        });
        return command;
    }

    public static Task<RolloutReport> MeasureAsync(CancellationToken cancel) => MeasureAsync(1000, 10, 1000, cancel);

    private static async Task<RolloutReport> MeasureAsync(int deployments, int replicas, int nodes, CancellationToken cancel)
    {
        await using var server = await ServerProcess.StartAsync(cancel);
        await using var registered = await SimulatedNodes.CreateAsync(server, nodes, cancel);
        var agents = new SimulatedAgents(server);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = agents.RunAsync(ending.Token);
        using var connection = await server.ConnectAsync(cancel);
        var pods = deployments * replicas;
        List<RolloutRow> rows =
        [
            await PhaseAsync("created", () => Population.CreateAsync(server, deployments, Collection, i => Deployment(i, replicas), cancel), () => AreCompleteAsync(1)),
            await PhaseAsync("rolled out", () => EachAsync(i => ApiConnection.WithBody("PATCH", $"{Collection}/web-{i}", "application/strategic-merge-patch+json", NewImage)), () => AreCompleteAsync(2)),
            await PhaseAsync("deleted", () => EachAsync(i => ApiConnection.WithBody("DELETE", $"{Collection}/web-{i}", "application/json", "{\"propagationPolicy\":\"Background\"}")), async () => agents.ReadyPods == 0 && await CountAsync("/api/v1/pods") == 0 && await CountAsync("/apis/apps/v1/replicasets") == 0),
        ];
        await ending.CancelAsync();
        await running;
        return new RolloutReport(deployments, replicas, nodes, rows);

        async Task<RolloutRow> PhaseAsync(string phase, Func<Task> act, Func<Task<bool>> isDone)
        {
            var revision = await RevisionAsync();
            var cpu = server.CpuTime;
            var started = Stopwatch.GetTimestamp();
            await act();
            while (!await isDone())
            {
                if (running.IsCompleted)
                {
                    await running;
                    throw new InvalidOperationException("the watch of the pods has ended");
                }

                if (Stopwatch.GetElapsedTime(started) > PhaseLimit)
                {
                    throw new TimeoutException($"not all were {phase} within {PhaseLimit}; {agents.ReadyPods} pods are ready");
                }

                await Task.Delay(PollInterval, cancel);
            }

            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            return new RolloutRow(phase, seconds, (double)(await RevisionAsync() - revision) / pods, (server.CpuTime - cpu)?.TotalMilliseconds / pods);
        }

        async Task EachAsync(Func<int, byte[]> request)
        {
            for (var i = 0; i < deployments; i++)
            {
                await connection.SendAsync(request(i), expected: 200);
            }
        }

        // Cheap to ask until the agents' pods are as many as there should be.
        async Task<bool> AreCompleteAsync(int generation)
        {
            if (agents.ReadyPods != pods)
            {
                return false;
            }

            using var list = JsonDocument.Parse(await connection.SendAsync(ApiConnection.Get(Collection), expected: 200));
            return list.RootElement.GetProperty("items").EnumerateArray().All(d =>
                Is(d, "observedGeneration", generation) && Is(d, "updatedReplicas", replicas) && Is(d, "availableReplicas", replicas) && Is(d, "replicas", replicas));
        }

        async Task<int> CountAsync(string path)
        {
            using var list = JsonDocument.Parse(await connection.SendAsync(ApiConnection.Get(path + "?limit=1"), expected: 200));
            return list.RootElement.GetProperty("items").GetArrayLength();
        }

        async Task<long> RevisionAsync()
        {
            using var list = JsonDocument.Parse(await connection.SendAsync(ApiConnection.Get("/api/v1/namespaces?limit=1"), expected: 200));
            return long.Parse(list.RootElement.GetProperty("metadata").GetProperty("resourceVersion").GetString()!, CultureInfo.InvariantCulture);
        }
    }

    private static bool Is(JsonElement deployment, string count, int wanted) =>
        deployment.GetProperty("status").TryGetProperty(count, out var value) && value.GetInt32() == wanted;

    private const string NewImage = "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"registry.example.com/team/web:2\"}]}}}}";

    private static string Deployment(int index, int replicas) => string.Create(CultureInfo.InvariantCulture, $$$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web-{{{{index}}}}"},"spec":{"replicas":{{{{replicas}}}},
        "selector":{"matchLabels":{"app":"web-{{{{index}}}}"} },"template":{"metadata":{"labels":{"app":"web-{{{{index}}}}"} },"spec":{"containers":[{"name":"main",
        "image":"registry.example.com/team/web:1","resources":{"requests":{"cpu":"100m","memory":"64Mi"} } }] } } } }
        """);
}
