using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary>
/// Pods that come at times fixed beforehand, run on simulated nodes with agents of their own, and go after their lifetimes: the time from when a pod should have been
/// sent to its being ready. A round ends when all of its pods are ready or gone.
/// </summary>
internal sealed class LifecycleScenario(Scenario scenario, LoadContext context) : IMeasure
{
    private const int Connections = 32;

    private readonly SharedServer _server = new();
    private AgentFleet? _agents;
    private int _cases;

    public string Unit => "pods";

    public async Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel)
    {
        var server = await _server.GetAsync(cancel);
        _agents ??= await AgentFleet.StartAsync(server, scenario.Nodes, scenario.Faults, cancel);
        var arrivals = PodArrivals.Of(scenario, spec, context);
        var run = new Run(server, _agents, new DatabaseFaults(server, scenario.Faults), arrivals, await server.ConnectAsync(Connections, cancel), string.Create(CultureInfo.InvariantCulture, $"life-{_cases++}-"));
        return new MeasuredCase(run.RoundAsync) { Release = run.DisposeAsync };
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
    private sealed class Run : IAsyncDisposable
    {
        private static readonly TimeSpan Settling = TimeSpan.FromSeconds(120);
        private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
        private const double LongestLifetimeSeconds = 86_400;

        private readonly ServerProcess _server;
        private readonly AgentFleet _agents;
        private readonly DatabaseFaults _faults;
        private readonly PodArrivals _arrivals;
        private readonly ApiConnection[] _connections;
        private readonly ConnectionPool _pool;
        private readonly string _prefix;
        private readonly CancellationTokenSource _over = new();
        private readonly ConcurrentDictionary<string, Life> _lives = new(StringComparer.Ordinal);
        private readonly Task _watching;
        private readonly ConcurrentBag<Task> _endings = [];
        private LatencyHistogram _bound = new();
        private LatencyHistogram _gone = new();
        private RoundRecorder? _recorder;
        private int _settled;
        private int _next;

        public Run(ServerProcess server, AgentFleet agents, DatabaseFaults faults, PodArrivals arrivals, ApiConnection[] connections, string prefix)
        {
            (_server, _agents, _faults, _arrivals, _connections, _prefix) = (server, agents, faults, arrivals, connections, prefix);
            _pool = new ConnectionPool(connections);
            _watching = new PodWatch(server.ConnectAsync, Seen).RunAsync(_over.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            await _watching;
            await Task.WhenAll(_endings);
            _over.Dispose();
            await ServerProcess.Close(_connections);
        }

        public async Task<Round> RoundAsync(RoundRequest round, CancellationToken cancel)
        {
            var pods = _arrivals.Draw(round.Duration, new Random(round.Seed));
            (_bound, _gone, _settled) = (new LatencyHistogram(), new LatencyHistogram(), 0);
            var measured = await SharedServer.Meter(_server, _agents.Components).MeasureAsync(async (recorder, started) =>
            {
                Volatile.Write(ref _recorder, recorder);
                using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                var failing = _faults.RunAsync(over.Token);
                await OpenLoop.RunAsync([.. pods.Select(p => p.DueSeconds)], (i, due) => LiveAsync(pods[i], Interlocked.Increment(ref _next), due, recorder, cancel), cancel);
                while (Volatile.Read(ref _settled) + recorder.Errors < pods.Count && Stopwatch.GetElapsedTime(started) < round.Duration + Settling + _faults.Length)
                {
                    await Task.Delay(Poll, cancel);
                }

                for (var missing = pods.Count - Volatile.Read(ref _settled) - recorder.Errors; missing > 0; missing--)
                {
                    recorder.Failed("pod not ready in time");
                }

                await over.CancelAsync();
                await failing;
            });
            return measured with
            {
                Figures = new Dictionary<string, double>(StringComparer.Ordinal)
                {
                    ["bound p50 ms"] = _bound.Percentile(0.5).TotalMilliseconds,
                    ["bound p99 ms"] = _bound.Percentile(0.99).TotalMilliseconds,
                    ["gone p50 ms"] = _gone.Percentile(0.5).TotalMilliseconds,
                    ["gone p99 ms"] = _gone.Percentile(0.99).TotalMilliseconds,
                    ["pods there at the end"] = _lives.Count,
                },
            };
        }

        private async Task LiveAsync(ArrivingPod pod, int number, long due, RoundRecorder recorder, CancellationToken cancel)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{_prefix}{number}");
            var life = new Life { Due = due };
            _lives[name] = life;
            try
            {
                await _pool.SendAsync(ApiConnection.Post("/api/v1/namespaces/default/pods", Manifest(pod.Template, name)), expected: 201, cancel);
            }
            catch (HttpRequestException error)
            {
                recorder.Failed(error);
                return;
            }

            if (pod.LifetimeSeconds is { } seconds)
            {
                // Not waited for: a lifetime may be longer than the round.
                _endings.Add(EndAsync(name, life, due + (long)(Math.Min(seconds, LongestLifetimeSeconds) * Stopwatch.Frequency)));
            }
        }

        private async Task EndAsync(string name, Life life, long end)
        {
            try
            {
                var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), end);
                await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, _over.Token);
                life.EndedAt = Stopwatch.GetTimestamp();
                await _pool.SendAsync(ApiConnection.WithBody("DELETE", $"/api/v1/namespaces/default/pods/{name}", "application/json", "{\"gracePeriodSeconds\":1}"), expected: 200, _over.Token);
            }
            catch (HttpRequestException error)
            {
                Volatile.Read(ref _recorder)?.Failed(error);
            }
            catch (OperationCanceledException) when (_over.IsCancellationRequested)
            {
                // The case is over.
            }
        }

        private void Seen(PodEvent pod)
        {
            if (!_lives.TryGetValue(pod.Name, out var life))
            {
                return;
            }

            if (pod.Node.Length > 0 && !life.IsBound)
            {
                life.IsBound = true;
                _bound.Record(Stopwatch.GetElapsedTime(life.Due, pod.At));
            }

            if (pod.IsReady && !life.IsSettled)
            {
                life.IsSettled = true;
                Volatile.Read(ref _recorder)?.Completed(life.Due, pod.At);
                Interlocked.Increment(ref _settled);
            }

            if (pod.IsGone)
            {
                _lives.TryRemove(pod.Name, out _);
                if (life.EndedAt > 0)
                {
                    _gone.Record(Stopwatch.GetElapsedTime(life.EndedAt, pod.At));
                }

                if (!life.IsSettled)
                {
                    // Its lifetime was over before it could run.
                    Interlocked.Increment(ref _settled);
                }
            }
        }

        private static string Manifest(JsonObject template, string name)
        {
            var pod = template.DeepClone().AsObject();
            pod["metadata"]!["name"] = name;
            return pod.ToJsonString();
        }

        private sealed class Life
        {
            public long Due { get; init; }

            public long EndedAt { get; set; }

            public bool IsBound { get; set; }

            public bool IsSettled { get; set; }
        }
    }
}
