using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Reporting;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary>
/// <c>orchestrator-load bind</c>: pods created through the API until a watch shows them bound. Once as fast as a number of clients can, once at a
/// fixed rate, where the time counts from when a pod should have been sent, however late the generator is.
/// </summary>
internal static class BindScenario
{
    private const int OpenConnections = 32;
    private static readonly TimeSpan BindLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);

    public static Command Create()
    {
        var nodes = new Option<int>("--nodes") { Description = "Simulated nodes.", DefaultValueFactory = _ => 5000 };
        var pods = new Option<int>("--pods") { Description = "Pods of a round that the clients create as fast as they can.", DefaultValueFactory = _ => 10_000 };
        var clients = new Option<int>("--clients") { Description = "Clients that create them, each with one connection.", DefaultValueFactory = _ => 16 };
        var rate = new Option<int>("--rate") { Description = "Pods per second offered at a fixed rate.", DefaultValueFactory = _ => 100 };
        var command = new Command("bind", "Pods from their creation to being bound, through API, store and scheduler.") { nodes, pods, clients, rate };
        var options = new LoadOptions(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var settings = options.Read(parsed);
            var size = new BindSize(parsed.GetValue(nodes), parsed.GetValue(pods), parsed.GetValue(clients), parsed.GetValue(rate));
            return (await MeasureAsync(size, settings, cancel)).Finish(settings.Format);
        });
        return command;
    }

    public static Task<LoadReport> MeasureAsync(LoadSettings settings, CancellationToken cancel) =>
        MeasureAsync(new BindSize(5000, 10_000, 16, 100), settings, cancel);

    private static async Task<LoadReport> MeasureAsync(BindSize size, LoadSettings settings, CancellationToken cancel)
    {
        await using var server = await ServerProcess.StartAsync(cancel);
        await using var nodes = await SimulatedNodes.CreateAsync(server, size.Nodes, cancel);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var offered = (int)(size.Rate * settings.RoundDuration.TotalSeconds);
        var sentAt = new long[((size.Pods + offered) * (settings.Rounds + 1)) + 1];
        using var watching = await server.ConnectAsync(cancel);
        var watcher = new EventWatcher(watching, "bind-", sentAt);
        var watch = watcher.RunAsync("/api/v1/pods?watch=true&fieldSelector=spec.nodeName%21%3D&sendInitialEvents=false&resourceVersionMatch=NotOlderThan", over.Token);
        await watcher.Open;
        var connections = await Task.WhenAll(Enumerable.Range(0, Math.Max(size.Clients, OpenConnections)).Select(_ => server.ConnectAsync(cancel)));
        var run = new BindRun(server, watcher, connections, sentAt);
        try
        {
            var closed = await RoundsAsync(settings, () => run.CreateAsync(size.Clients, size.Pods, BindLimit, cancel));
            var open = await RoundsAsync(settings, () => run.OfferAsync(offered, size.Rate, BindLimit, cancel));
            return new LoadReport("bind", "pods", settings.Rounds, settings.RoundDuration.TotalSeconds, Environment.ProcessorCount,
            [
                LoadRow.Of(string.Create(CultureInfo.InvariantCulture, $"{size.Pods:N0} pods by {size.Clients} clients, {size.Nodes:N0} nodes"), closed),
                LoadRow.Of(string.Create(CultureInfo.InvariantCulture, $"{size.Rate} pods/s offered, {size.Nodes:N0} nodes"), open),
            ]);
        }
        finally
        {
            await over.CancelAsync();
            await watch;
            foreach (var connection in connections)
            {
                connection.Dispose();
            }
        }
    }

    // The first round is the warm-up.
    private static async Task<IReadOnlyList<Round>> RoundsAsync(LoadSettings settings, Func<Task<Round>> round)
    {
        await round();
        var rounds = new List<Round>();
        while (rounds.Count < settings.Rounds)
        {
            rounds.Add(await round());
        }

        return rounds;
    }

    private sealed record BindSize(int Nodes, int Pods, int Clients, int Rate);

    /// <summary>Rounds against one server; each adds its pods to those that are there.</summary>
    private sealed class BindRun(ServerProcess server, EventWatcher watcher, ApiConnection[] connections, long[] sentAt)
    {
        private int _next = -1;

        /// <summary>Clients that each create the next pod when the last is created.</summary>
        public Task<Round> CreateAsync(int clients, int pods, TimeSpan limit, CancellationToken cancel)
        {
            var last = _next + pods;
            return MeasureAsync(pods, limit, () => Task.WhenAll(connections.Take(clients).Select(async connection =>
            {
                for (var i = Interlocked.Increment(ref _next); i <= last; i = Interlocked.Increment(ref _next))
                {
                    await SendAsync(connection, i, Stopwatch.GetTimestamp());
                }
            })), () => _next = last, cancel);
        }

        /// <summary>A pod at each tick of the rate, whatever became of those before.</summary>
        public Task<Round> OfferAsync(int pods, int rate, TimeSpan limit, CancellationToken cancel)
        {
            var first = _next + 1;
            return MeasureAsync(pods, limit, () => OfferAsync(first, pods, rate, cancel), () => _next = first + pods - 1, cancel);
        }

        private async Task OfferAsync(int first, int pods, int rate, CancellationToken cancel)
        {
            var free = Channel.CreateUnbounded<ApiConnection>();
            Array.ForEach(connections, c => free.Writer.TryWrite(c));
            var sending = new Task[pods];
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < pods; i++)
            {
                var due = start + (long)(i * (double)Stopwatch.Frequency / rate);
                await UntilAsync(due, cancel);
                sending[i] = OfferOneAsync(free, first + i, due, cancel);
            }

            await Task.WhenAll(sending);
        }

        private async Task OfferOneAsync(Channel<ApiConnection> free, int index, long due, CancellationToken cancel)
        {
            var connection = await free.Reader.ReadAsync(cancel);
            await SendAsync(connection, index, due);
            free.Writer.TryWrite(connection);
        }

        // Timers are a millisecond late or more: the last of it is waited for by giving way to whoever wants to run.
        private static async Task UntilAsync(long due, CancellationToken cancel)
        {
            var early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) - TimeSpan.FromMilliseconds(1);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, cancel);
            }

            while (Stopwatch.GetTimestamp() < due)
            {
                Thread.Yield();
            }
        }

        private async Task SendAsync(ApiConnection connection, int index, long counted)
        {
            Volatile.Write(ref sentAt[index], counted);
            await connection.SendAsync(ApiConnection.Post("/api/v1/namespaces/default/pods", Population.Pod($"bind-{index}", "")), expected: 201);
        }

        private async Task<Round> MeasureAsync(int pods, TimeSpan limit, Func<Task> load, Action loaded, CancellationToken cancel)
        {
            using var self = Process.GetCurrentProcess();
            watcher.Restart();
            var (ownBefore, serverBefore, started) = (self.TotalProcessorTime, server.CpuTime, Stopwatch.GetTimestamp());
            await load();
            loaded();
            while (watcher.Count < pods && Stopwatch.GetElapsedTime(started) < limit)
            {
                await Task.Delay(Poll, cancel);
            }

            if (watcher.Count < pods)
            {
                var pending = await connections[0].SendAsync(ApiConnection.Get("/api/v1/pods?limit=1&fieldSelector=spec.nodeName%3D"), expected: 200);
                throw new InvalidOperationException($"{pods - watcher.Count} of {pods} pods were not seen bound within {limit}; one that is not bound: {Encoding.UTF8.GetString(pending.Span)}");
            }

            var elapsed = Stopwatch.GetElapsedTime(started, watcher.LastAt);
            self.Refresh();
            var (own, serverCpu) = (self.TotalProcessorTime - ownBefore, server.CpuTime - serverBefore);
            return new Round(watcher.Count, 0, elapsed, watcher.Latencies, own, serverCpu);
        }
    }
}
