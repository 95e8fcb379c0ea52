using System.CommandLine;
using System.Diagnostics;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Reporting;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary><c>orchestrator-load watch</c>: how long a change takes to reach each of many watchers, from before its writer sends it.</summary>
internal static class WatchScenario
{
    private const string Collection = "/api/v1/namespaces/default/configmaps";
    private const int Watchers = 1000;
    private const int ConnectingAtOnce = 32;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var watchers = new Option<int>("--watchers") { Description = "Watches of the one collection, each on a connection of its own.", DefaultValueFactory = _ => Watchers };
        var command = new Command("watch", "Time from a write to the arrival of its event at each of many watchers.") { watchers };
        var options = new LoadOptions(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var settings = options.Read(parsed);
            return (await MeasureAsync(parsed.GetValue(watchers), settings, cancel)).Finish(settings.Format);
        });
        return command;
    }

    public static Task<LoadReport> MeasureAsync(LoadSettings settings, CancellationToken cancel) => MeasureAsync(Watchers, settings, cancel);

    private static async Task<LoadReport> MeasureAsync(int count, LoadSettings settings, CancellationToken cancel)
    {
        await using var server = await ServerProcess.StartAsync(cancel);
        using var writer = await server.ConnectAsync(cancel);
        var rounds = new List<Round>();
        var next = 0;
        for (var round = 0; round <= settings.Rounds; round++)
        {
            var duration = round == 0 ? settings.WarmUp : settings.RoundDuration;
            var sentAt = new long[next + (int)(duration / Pause) + 1];
            var measured = await RoundAsync(server, writer, count, sentAt, next, cancel);
            next = sentAt.Length;
            if (round > 0)
            {
                rounds.Add(measured);
            }
        }

        return new LoadReport(
            "watch", "events", settings.Rounds, settings.RoundDuration.TotalSeconds, Environment.ProcessorCount, [LoadRow.Of($"{count} watchers", rounds)]);
    }

    private static async Task<Round> RoundAsync(ServerProcess server, ApiConnection writer, int count, long[] sentAt, int first, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var watchers = new EventWatcher[count];
        var connections = new ApiConnection[count];
        var running = new Task[count];
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = ConnectingAtOnce, CancellationToken = cancel }, async (i, _) =>
        {
            connections[i] = await server.ConnectAsync(cancel);
            watchers[i] = new EventWatcher(connections[i], "event-", sentAt);
            running[i] = watchers[i].RunAsync($"{Collection}?watch=true&labelSelector=load%3Dwatch&sendInitialEvents=false&resourceVersionMatch=NotOlderThan", over.Token);
            await watchers[i].Open;
        });

        using var self = Process.GetCurrentProcess();
        var (ownBefore, serverBefore, started) = (self.TotalProcessorTime, server.CpuTime, Stopwatch.GetTimestamp());
        for (var i = first; i < sentAt.Length; i++)
        {
            var request = ApiConnection.Post(Collection, $$$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"event-{{{{i}}}}","labels":{"load":"watch"}}}""");
            Volatile.Write(ref sentAt[i], Stopwatch.GetTimestamp());
            await writer.SendAsync(request, expected: 201);
            await Task.Delay(Pause, cancel);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        await Task.Delay(Settling, cancel);
        self.Refresh();
        var (own, serverCpu) = (self.TotalProcessorTime - ownBefore, server.CpuTime - serverBefore);
        await over.CancelAsync();
        await Task.WhenAll(running);
        var latencies = new LatencyHistogram();
        for (var i = 0; i < count; i++)
        {
            latencies.Add(watchers[i].Latencies);
            connections[i].Dispose();
        }

        var missing = ((long)count * (sentAt.Length - first)) - latencies.Count;
        return new Round(latencies.Count, missing, elapsed, latencies, own, serverCpu);
    }
}
