using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary>
/// Real containers and virtual machines started on a cluster, a lab: the time from sending a pod until it is ready, with so many under way at once. They are removed after
/// each round.
/// </summary>
internal sealed class StartScenario(Scenario scenario, LoadContext context) : IMeasure
{
    private const string Collection = "/api/v1/namespaces/default/pods";
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan GoneLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public string Unit => "pods";

    public async Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel)
    {
        var access = context.RequiredLab;
        var connections = await Task.WhenAll(Enumerable.Range(0, spec.Clients).Select(_ => ApiConnection.OpenAsync(access, cancel)));
        var run = new Run(access, connections, spec, scenario.Seed);
        return new MeasuredCase(run.RoundAsync) { Release = run.DisposeAsync };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Run : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> _ready = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string, bool> _present = new(StringComparer.Ordinal);
        private readonly CancellationTokenSource _over = new();
        private readonly ApiConnection[] _connections;
        private readonly CaseSpec _spec;
        private readonly string _prefix;
        private readonly Task _watching;
        private int _next;

        public Run(ClusterAccess access, ApiConnection[] connections, CaseSpec spec, int seed)
        {
            (_connections, _spec) = (connections, spec);
            _prefix = string.Create(CultureInfo.InvariantCulture, $"load-start-{seed}-{(uint)spec.Name.GetHashCode(StringComparison.Ordinal) % 10_000}-");
            _watching = new PodWatch(cancel => ApiConnection.OpenAsync(access, cancel), Seen).RunAsync(_over.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            await _watching;
            _over.Dispose();
            await ServerProcess.Close(_connections);
        }

        public async Task<Round> RoundAsync(RoundRequest round, CancellationToken cancel)
        {
            var count = round.IsWarmUp ? Math.Min(_spec.Count, _spec.Clients) : _spec.Count;
            var started = new ConcurrentBag<string>();
            try
            {
                return await ComponentMeter.OwnOnly.MeasureAsync(async (recorder, _) =>
                {
                    var left = count;
                    await Task.WhenAll(_connections.Select(async connection =>
                    {
                        while (Interlocked.Decrement(ref left) >= 0)
                        {
                            await StartAsync(connection, started, recorder, cancel);
                        }
                    }));
                });
            }
            finally
            {
                await RemoveAsync(started);
            }
        }

        private async Task StartAsync(ApiConnection connection, ConcurrentBag<string> started, RoundRecorder recorder, CancellationToken cancel)
        {
            var name = _prefix + Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture);
            var ready = _ready[name] = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            started.Add(name);
            _present[name] = true;
            var from = Stopwatch.GetTimestamp();
            try
            {
                await connection.SendAsync(ApiConnection.Post(Collection, Pod(name)), expected: 201);
                recorder.Completed(from, await ready.Task.WaitAsync(ReadyLimit, cancel));
            }
            catch (Exception error) when (error is HttpRequestException or TimeoutException)
            {
                recorder.Failed(error is TimeoutException ? "not ready in time" : error.Message);
            }
        }

        private async Task RemoveAsync(ConcurrentBag<string> names)
        {
            foreach (var name in names)
            {
                try
                {
                    await _connections[0].SendAsync(ApiConnection.WithBody("DELETE", $"{Collection}/{name}", "application/json", "{\"gracePeriodSeconds\":1}"), expected: 200);
                }
                catch (HttpRequestException error) when (error.StatusCode == System.Net.HttpStatusCode.NotFound)
                {
                    _present.TryRemove(name, out _);
                }
            }

            for (var waited = TimeSpan.Zero; !_present.IsEmpty && waited < GoneLimit; waited += Poll)
            {
                await Task.Delay(Poll);
            }
        }

        private void Seen(PodEvent pod)
        {
            if (pod.IsReady && _ready.TryGetValue(pod.Name, out var ready))
            {
                ready.TrySetResult(pod.At);
            }

            if (pod.IsGone)
            {
                _present.TryRemove(pod.Name, out _);
            }
        }

        private string Pod(string name)
        {
            var runtime = _spec.RuntimeClass.Length == 0 ? "" : $"\"runtimeClassName\":\"{_spec.RuntimeClass}\",";
            return $$$$"""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{{name}}}}","labels":{"app":"load-start"}},"spec":{{{{{runtime}}}}"automountServiceAccountToken":false,"terminationGracePeriodSeconds":1,
                "containers":[{"name":"main","image":"busybox","imagePullPolicy":"IfNotPresent","command":["/bin/sh","-c","trap 'exit 0' TERM; while true; do sleep 1; done"],
                "resources":{"requests":{"cpu":"50m","memory":"128Mi"},"limits":{"memory":"128Mi"}}}]}}
                """;
        }
    }
}
