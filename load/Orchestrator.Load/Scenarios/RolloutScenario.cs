using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary>Deployments created, rolled out and deleted on simulated nodes: time, writes and processor time for each pod. One round is all three.</summary>
internal sealed class RolloutScenario(Scenario scenario) : IMeasure
{
    private const string Collection = "/apis/apps/v1/namespaces/default/deployments";
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PhaseLimit = TimeSpan.FromMinutes(15);

    private readonly SharedServer _server = new();
    private AgentFleet? _agents;

    public string Unit => "pods";

    public async Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel)
    {
        var server = await _server.GetAsync(cancel);
        _agents ??= await AgentFleet.StartAsync(server, scenario.Nodes, scenario.Faults, cancel);
        var ending = new CancellationTokenSource();
        var watch = new PodWatch(server.ConnectAsync, static _ => { });
        var running = watch.RunAsync(ending.Token);
        var run = new Run(server, _agents, watch, running, await server.ConnectAsync(cancel), spec);
        return new MeasuredCase(run.RoundAsync)
        {
            Release = async () =>
            {
                await ending.CancelAsync();
                await running;
                ending.Dispose();
                run.Dispose();
            },
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_agents is not null)
        {
            await _agents.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    /// <summary>The rounds of one case.</summary>
    private sealed class Run(ServerProcess server, AgentFleet agents, PodWatch watch, Task running, ApiConnection connection, CaseSpec spec) : IDisposable
    {
        private readonly int _pods = spec.Count * spec.Replicas;
        private readonly Dictionary<string, double> _figures = new(StringComparer.Ordinal);

        public void Dispose() => connection.Dispose();

        public async Task<Round> RoundAsync(RoundRequest round, CancellationToken cancel)
        {
            _figures.Clear();
            var measured = await SharedServer.Meter(server, agents.Components).MeasureAsync(async (_, _) =>
            {
                await PhaseAsync("created", () => Population.CreateAsync(server, spec.Count, Collection, Deployment, cancel), () => AreCompleteAsync(1), cancel);
                await PhaseAsync("rolled out", () => EachAsync(i => ApiConnection.WithBody("PATCH", $"{Collection}/web-{i}", "application/strategic-merge-patch+json", NewImage)), () => AreCompleteAsync(2), cancel);
                await PhaseAsync("deleted", () => EachAsync(i => ApiConnection.WithBody("DELETE", $"{Collection}/web-{i}", "application/json", "{\"propagationPolicy\":\"Background\"}")), AreGoneAsync, cancel);
            });
            return measured with { Figures = new Dictionary<string, double>(_figures, StringComparer.Ordinal) };
        }

        private async Task PhaseAsync(string phase, Func<Task> act, Func<Task<bool>> isDone, CancellationToken cancel)
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
                    throw new LoadException("the watch of the pods has ended");
                }

                if (Stopwatch.GetElapsedTime(started) > PhaseLimit)
                {
                    throw new LoadException($"not all were {phase} within {PhaseLimit}; {watch.ReadyPods} pods are ready");
                }

                await Task.Delay(PollInterval, cancel);
            }

            var ended = Stopwatch.GetTimestamp();
            var seconds = Stopwatch.GetElapsedTime(started, ended).TotalSeconds;
            _figures[$"{phase}, pods/s"] = _pods / seconds;
            _figures[$"{phase}, writes per pod"] = (double)(await RevisionAsync() - revision) / _pods;
            _figures[$"{phase}, server ms per pod"] = (server.CpuTime - cpu)!.Value.TotalMilliseconds / _pods;
        }

        private async Task EachAsync(Func<int, byte[]> request)
        {
            for (var i = 0; i < spec.Count; i++)
            {
                await connection.SendAsync(request(i), expected: 200);
            }
        }

        // Cheap to ask until the agents' pods are as many as there should be.
        private async Task<bool> AreCompleteAsync(int generation)
        {
            if (watch.ReadyPods != _pods)
            {
                return false;
            }

            using var list = JsonDocument.Parse(await connection.SendAsync(ApiConnection.Get(Collection), expected: 200));
            return list.RootElement.GetProperty("items").EnumerateArray().All(d =>
                Is(d, "observedGeneration", generation) && Is(d, "updatedReplicas", spec.Replicas) && Is(d, "availableReplicas", spec.Replicas) && Is(d, "replicas", spec.Replicas));
        }

        private async Task<bool> AreGoneAsync() => watch.ReadyPods == 0 && await CountAsync("/api/v1/pods") == 0 && await CountAsync("/apis/apps/v1/replicasets") == 0;

        private async Task<int> CountAsync(string path)
        {
            using var list = JsonDocument.Parse(await connection.SendAsync(ApiConnection.Get(path + "?limit=1"), expected: 200));
            return list.RootElement.GetProperty("items").GetArrayLength();
        }

        private async Task<long> RevisionAsync()
        {
            using var list = JsonDocument.Parse(await connection.SendAsync(ApiConnection.Get("/api/v1/namespaces?limit=1"), expected: 200));
            return long.Parse(list.RootElement.GetProperty("metadata").GetProperty("resourceVersion").GetString()!, CultureInfo.InvariantCulture);
        }

        private string Deployment(int index) => string.Create(CultureInfo.InvariantCulture, $$$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web-{{{{index}}}}"},"spec":{"replicas":{{{{spec.Replicas}}}},
            "selector":{"matchLabels":{"app":"web-{{{{index}}}}"} },"template":{"metadata":{"labels":{"app":"web-{{{{index}}}}"} },"spec":{"automountServiceAccountToken":false,"containers":[{"name":"main",
            "image":"registry.example.com/team/web:1","resources":{"requests":{"cpu":"100m","memory":"64Mi"} } }] } } } }
            """);
    }

    private static bool Is(JsonElement deployment, string count, int wanted) =>
        deployment.GetProperty("status").TryGetProperty(count, out var value) && value.GetInt32() == wanted;

    private const string NewImage = "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"registry.example.com/team/web:2\"}]}}}}";
}
