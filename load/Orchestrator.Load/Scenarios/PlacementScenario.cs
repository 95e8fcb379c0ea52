using System.CommandLine;
using System.Globalization;
using Orchestrator.Load.Reporting;

namespace Orchestrator.Load.Scenarios;

/// <summary><c>orchestrator-load placement</c>: decisions per second in process, and memory per node and pod.</summary>
internal static class PlacementScenario
{
    public static Command Create()
    {
        var nodes = new Option<int[]>("--nodes")
        {
            Description = "Sizes of the cluster to measure.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [5_000, 100_000],
        };
        var only = new Option<string?>("--case") { Description = "Only cases whose name contains this." };
        var command = new Command("placement", "Decisions per second of the placement engine, without store and API.") { nodes, only };
        var options = new LoadOptions(command);
        command.SetAction(async (parsed, _) =>
        {
            var settings = options.Read(parsed);
            return (await MeasureAsync(parsed.GetValue(nodes)!, parsed.GetValue(only), settings)).Finish(settings.Format);
        });
        return command;
    }

    public static Task<PlacementReport> MeasureAsync(LoadSettings settings) => MeasureAsync([5_000, 100_000], null, settings);

    private static async Task<PlacementReport> MeasureAsync(int[] nodes, string? only, LoadSettings settings)
    {
        var rows = new List<LoadRow>();
        var memory = new List<PlacementMemory>();
        foreach (int count in nodes)
        {
            foreach (PlacementCase placement in PlacementCase.All.Where(c => only is null || c.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
            {
                // One cluster at a time: the caches of another must not be in the way.
                var cluster = new PlacementCluster(placement, count);
                string name = string.Create(CultureInfo.InvariantCulture, $"{placement.Name}, {count:N0} nodes");
                rows.AddRange(await CaseRunner.RunAsync([new LoadCase(name, 1, _ => Decide(cluster))], settings, () => null));
            }

            memory.Add(PlacementMemory.Measure(count));
        }

        var decisions = new LoadReport("placement", "decisions", settings.Rounds, settings.RoundDuration.TotalSeconds, Environment.ProcessorCount, rows);
        return new PlacementReport(decisions, memory);
    }

    private static ValueTask Decide(PlacementCluster cluster)
    {
        cluster.Decide();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Decisions per second, and what the engine's state takes of memory.</summary>
internal sealed record PlacementReport(LoadReport Decisions, IReadOnlyList<PlacementMemory> Memory)
{
    public int Finish(ReportFormat format)
    {
        int failed = Decisions.Finish(format);
        foreach (PlacementMemory row in format == ReportFormat.Table ? Memory : [])
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{row.Nodes:N0} nodes: {row.BytesPerNode:N0} bytes per node, {row.BytesPerPod:N0} bytes per pod"));
        }

        return failed;
    }

    public IEnumerable<string> ToMarkdown() =>
    [
        "| case | decisions/s | p50 µs | p99 µs | CPU µs |",
        "|---|---|---|---|---|",
        .. Decisions.Rows.Select(r => string.Create(
            CultureInfo.InvariantCulture, $"| {r.Case} | {r.PerSecond:N0} | {r.P50Milliseconds * 1000:0.#} | {r.P99Milliseconds * 1000:0.#} | {r.OwnCpuMicroseconds:0.#} |")),
        "",
        "| nodes | bytes per node | bytes per pod |",
        "|---|---|---|",
        .. Memory.Select(m => string.Create(CultureInfo.InvariantCulture, $"| {m.Nodes:N0} | {m.BytesPerNode:N0} | {m.BytesPerPod:N0} |")),
    ];
}

/// <summary>What the engine's state takes of memory, with one evaluation kept.</summary>
internal sealed record PlacementMemory(int Nodes, long BytesPerNode, long BytesPerPod)
{
    private const int Pods = 20_000;

    public static PlacementMemory Measure(int nodes)
    {
        PlacementCase simple = PlacementCase.All[0] with { Kept = int.MaxValue };
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var cluster = new PlacementCluster(simple, nodes);
        cluster.Decide();
        long empty = GC.GetTotalMemory(forceFullCollection: true);
        while (cluster.PlacedPods < Pods)
        {
            cluster.Decide();
        }

        long full = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(cluster);
        return new PlacementMemory(nodes, (empty - before) / nodes, (full - empty) / Pods);
    }
}
