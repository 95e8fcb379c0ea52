using System.Diagnostics;
using System.Text;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary>
/// Pods created through the API until a watch shows them bound: as fast as a number of clients can, or at times fixed beforehand, where the time counts
/// from when a pod should have been sent, however late the generator is. Each round adds its pods to those that are there; nobody runs them.
/// </summary>
internal sealed class BindScenario(Scenario scenario) : IMeasure
{
    private const int OpenConnections = 32;
    private const string WatchPath = "/api/v1/pods?watch=true&fieldSelector=spec.nodeName%21%3D&sendInitialEvents=false&resourceVersionMatch=NotOlderThan";
    private static readonly TimeSpan BindLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);

    private readonly SharedServer _server = new();
    private SimulatedNodes? _nodes;
    private int _cases;

    public string Unit => "pods";

    public async Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel)
    {
        var server = await _server.GetAsync(cancel);
        _nodes ??= await SimulatedNodes.CreateAsync(server, scenario.Nodes, cancel);
        var run = new BindRun(server, new DatabaseFaults(server, scenario.Faults), $"bind-{_cases++}-");
        await run.OpenAsync(Math.Max(spec.Clients, OpenConnections), cancel);
        return new MeasuredCase((round, token) => spec.Arrivals is { } arrivals
            ? run.OfferAsync(arrivals.DueSeconds(round.Duration, new Random(round.Seed)), token)
            : run.CreateAsync(spec.Clients, spec.Count, token))
        {
            Release = run.DisposeAsync,
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    /// <summary>The rounds of a case against one server.</summary>
    private sealed class BindRun(ServerProcess server, DatabaseFaults faults, string prefix) : IAsyncDisposable
    {
        private readonly long[] _sentAt = new long[ArrivalProcess.MostOperations];
        private readonly CancellationTokenSource _over = new();
        private ApiConnection[] _connections = [];
        private EventWatcher _watcher = null!;
        private Task _watch = Task.CompletedTask;
        private int _next = -1;

        public async Task OpenAsync(int connections, CancellationToken cancel)
        {
            _connections = await server.ConnectAsync(connections + 1, cancel);
            _watcher = new EventWatcher(_connections[^1], prefix, _sentAt);
            _watch = _watcher.RunAsync(WatchPath, _over.Token);
            await _watcher.Open;
        }

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            await _watch;
            _over.Dispose();
            await ServerProcess.Close(_connections);
        }

        /// <summary>Clients that each create the next pod when the last is created.</summary>
        public Task<Round> CreateAsync(int clients, int pods, CancellationToken cancel)
        {
            var last = _next + pods;
            return MeasureAsync(pods, () => Task.WhenAll(_connections.Take(clients).Select(async connection =>
            {
                for (var i = Interlocked.Increment(ref _next); i <= last; i = Interlocked.Increment(ref _next))
                {
                    Volatile.Write(ref _sentAt[i], Stopwatch.GetTimestamp());
                    await connection.SendAsync(Request(i), expected: 201);
                }
            })), () => _next = last, cancel);
        }

        /// <summary>A pod whenever one is due, whatever became of those before.</summary>
        public Task<Round> OfferAsync(IReadOnlyList<double> dueSeconds, CancellationToken cancel)
        {
            var first = _next + 1;
            var sending = new ConnectionPool(_connections[..^1]);
            return MeasureAsync(dueSeconds.Count, () => OpenLoop.RunAsync(dueSeconds, (i, due) =>
            {
                Volatile.Write(ref _sentAt[first + i], due);
                return sending.SendAsync(Request(first + i), expected: 201, cancel);
            }, cancel), () => _next = first + dueSeconds.Count - 1, cancel);
        }

        private byte[] Request(int index) => ApiConnection.Post("/api/v1/namespaces/default/pods", Population.Pod($"{prefix}{index}", ""));

        private async Task<Round> MeasureAsync(int pods, Func<Task> load, Action loaded, CancellationToken cancel)
        {
            long started = 0;
            var round = await SharedServer.Meter(server).MeasureAsync(async (recorder, begin) =>
            {
                started = begin;
                _watcher.Restart(recorder);
                using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                var failing = faults.RunAsync(over.Token);
                await load();
                loaded();
                while (_watcher.Count < pods && Stopwatch.GetElapsedTime(begin) < BindLimit + faults.Length)
                {
                    await Task.Delay(Poll, cancel);
                }

                await over.CancelAsync();
                await failing;
            });
            if (_watcher.Count < pods)
            {
                var pending = await _connections[0].SendAsync(ApiConnection.Get("/api/v1/pods?limit=1&fieldSelector=spec.nodeName%3D"), expected: 200);
                throw new LoadException($"{pods - _watcher.Count} of {pods} pods were not seen bound within {BindLimit}; one that is not bound: {Encoding.UTF8.GetString(pending.Span)}");
            }

            return round with { Elapsed = Stopwatch.GetElapsedTime(started, _watcher.LastAt) };
        }
    }
}
