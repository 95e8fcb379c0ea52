using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary>
/// Nodes lost from one moment to the next, with Deployments on them: the time from the loss until each pod that was there has a ready successor elsewhere. One
/// round has a server and agents of its own, since nodes are lost but once.
/// </summary>
internal sealed class NodeLossScenario(Scenario scenario) : IMeasure
{
    private const string Collection = "/apis/apps/v1/namespaces/default/deployments";
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    public string Unit => "pods replaced";

    public Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel) =>
        Task.FromResult(new MeasuredCase((round, token) => round.IsWarmUp ? Task.FromResult(Round.OfFigures(TimeSpan.Zero)) : RoundAsync(spec, token)));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<Round> RoundAsync(CaseSpec spec, CancellationToken cancel)
    {
        await using var server = await ServerProcess.StartAsync(cancel);
        await using var agents = await AgentFleet.StartAsync(server, scenario.Nodes, scenario.Faults, cancel);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        RoundRecorder? recorder = null;
        long lostAt = 0;
        HashSet<string> before = [];
        var watch = new PodWatch(server.ConnectAsync, pod =>
        {
            if (pod.IsReady && Volatile.Read(ref recorder) is { } taking && before.Add(pod.Name))
            {
                taking.Completed(lostAt, pod.At);
            }
        });
        var watching = watch.RunAsync(over.Token);
        var pods = spec.Count * spec.Replicas;
        await Population.CreateAsync(server, spec.Count, Collection, i => Deployment(i, spec.Replicas), cancel);
        await UntilAsync(() => watch.ReadyPods == pods, ReadyLimit, () => $"{watch.ReadyPods} of {pods} pods were ready", cancel);
        before = [.. watch.Ready.Keys];
        var hit = watch.Ready.Values.Count(IsDoomed);
        var measured = await SharedServer.Meter(server, agents.Components).MeasureAsync(async (taking, _) =>
        {
            lostAt = Stopwatch.GetTimestamp();
            Volatile.Write(ref recorder, taking);
            await agents.LoseAsync();
            await UntilAsync(() => taking.Latencies.Count >= hit, RecoveryLimit, () => $"{taking.Latencies.Count} of {hit} lost pods had a successor", cancel);
        });
        await over.CancelAsync();
        await watching;
        return measured with
        {
            Figures = new Dictionary<string, double>(StringComparer.Ordinal) { ["pods lost"] = hit, ["seconds to the first"] = measured.Latencies.Percentile(0).TotalSeconds, ["seconds to the last"] = measured.Latencies.Max.TotalSeconds },
        };
    }

    /// <summary>The last nodes of each class are those that are lost: see <see cref="AgentFleet"/>.</summary>
    private bool IsDoomed(string node)
    {
        var share = scenario.Faults.Where(f => f.Kind == "loseNodes").Sum(f => f.Share);
        var dash = node.LastIndexOf('-');
        var nodes = scenario.Nodes.First(c => c.Name == node[..dash]);
        return int.Parse(node.AsSpan(dash + 1), CultureInfo.InvariantCulture) >= nodes.Count - (int)Math.Round(nodes.Count * Math.Min(1, share));
    }

    private string Deployment(int index, int replicas)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"web-{index}");
        var pod = PodArrivals.Complete(scenario.Workloads[index % scenario.Workloads.Count].Pod);
        var metadata = pod["metadata"]!.AsObject();
        metadata["labels"] ??= new JsonObject();
        metadata["labels"]!["app"] = name;
        return new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "Deployment",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["replicas"] = replicas,
                ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = name } },
                ["template"] = new JsonObject { ["metadata"] = metadata.DeepClone(), ["spec"] = pod["spec"]!.DeepClone() },
            },
        }.ToJsonString();
    }

    private static async Task UntilAsync(Func<bool> isSo, TimeSpan limit, Func<string> howFar, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new LoadException($"{howFar()} within {limit}");
            }

            await Task.Delay(Poll, cancel);
        }
    }
}
