using Orchestrator.Load.Measuring;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary>How long a change takes to reach each of many watchers of one collection, from when its writer should have sent it.</summary>
internal sealed class WatchScenario : IMeasure
{
    private const string Collection = "/api/v1/namespaces/default/configmaps";
    private const string WatchQuery = "?watch=true&labelSelector=load%3Dwatch&sendInitialEvents=false&resourceVersionMatch=NotOlderThan";
    private const int ConnectingAtOnce = 32;
    private const int Writers = 4;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly SharedServer _server = new();
    private int _cases;

    public string Unit => "events";

    public async Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel)
    {
        var server = await _server.GetAsync(cancel);
        var prefix = $"event-{_cases++}-";
        var sentAt = new long[ArrivalProcess.MostOperations];
        var writers = await server.ConnectAsync(Writers, cancel);
        var over = new CancellationTokenSource();
        var watchers = new EventWatcher[spec.Clients];
        var connections = new ApiConnection[spec.Clients];
        var running = new Task[spec.Clients];
        await Parallel.ForEachAsync(Enumerable.Range(0, spec.Clients), new ParallelOptions { MaxDegreeOfParallelism = ConnectingAtOnce, CancellationToken = cancel }, async (i, _) =>
        {
            connections[i] = await server.ConnectAsync(cancel);
            watchers[i] = new EventWatcher(connections[i], prefix, sentAt);
            running[i] = watchers[i].RunAsync(Collection + WatchQuery, over.Token);
            await watchers[i].Open;
        });

        var writing = new ConnectionPool(writers);
        var meter = SharedServer.Meter(server);
        var next = 0;
        return new MeasuredCase((round, token) => meter.MeasureAsync(async (recorder, _) =>
        {
            var due = spec.Arrivals!.DueSeconds(round.Duration, new Random(round.Seed));
            var first = next;
            next += due.Count;
            Array.ForEach(watchers, w => w.Restart(recorder));
            await OpenLoop.RunAsync(due, (i, at) => WriteAsync(writing, prefix, first + i, sentAt, at, token), token);
            await ArriveAsync(watchers, due.Count, recorder, token);
        }))
        {
            Release = async () =>
            {
                await over.CancelAsync();
                await Task.WhenAll(running);
                over.Dispose();
                await ServerProcess.Close([.. connections, .. writers]);
            },
        };
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static Task WriteAsync(ConnectionPool writing, string prefix, int number, long[] sentAt, long due, CancellationToken cancel)
    {
        Volatile.Write(ref sentAt[number], due);
        var body = $$$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{{prefix}}}}{{{{number}}}}","labels":{"load":"watch"}}}""";
        return writing.SendAsync(ApiConnection.Post(Collection, body), expected: 201, cancel);
    }

    /// <summary>Until every watcher has every event; those that do not come are errors.</summary>
    private static async Task ArriveAsync(EventWatcher[] watchers, int events, RoundRecorder recorder, CancellationToken cancel)
    {
        var waited = TimeSpan.Zero;
        while (watchers.Any(w => w.Count < events) && waited < Settling)
        {
            await Task.Delay(Poll, cancel);
            waited += Poll;
        }

        for (var missing = watchers.Sum(w => events - w.Count); missing > 0; missing--)
        {
            recorder.Failed("event not seen");
        }
    }
}
