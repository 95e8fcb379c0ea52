using System.Diagnostics;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary>Memory of the control plane and its database with a cluster of nodes and pods in it, a while after the last was made.</summary>
internal sealed class MemoryScenario(Scenario scenario) : IMeasure
{
    private const double Mebibyte = 1024 * 1024;

    private readonly SharedServer _server = new();

    public string Unit => "pods";

    public async Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel)
    {
        var server = await _server.GetAsync(cancel);
        await Population.CreateNodesAsync(server, scenario.Nodes, cancel);
        await Population.CreatePodsAsync(server, 0, spec.Count, scenario.Nodes, cancel);
        return new MeasuredCase(async (round, token) =>
        {
            var started = Stopwatch.GetTimestamp();
            await Task.Delay(round.Duration, token);
            var (own, database) = server.Memory;
            return Round.OfFigures(
                Stopwatch.GetElapsedTime(started),
                KeyValuePair.Create("nodes", (double)scenario.NodeCount),
                KeyValuePair.Create("pods", (double)spec.Count),
                KeyValuePair.Create("server MiB", own / Mebibyte),
                KeyValuePair.Create("PostgreSQL MiB", database / Mebibyte),
                KeyValuePair.Create("all MiB", (own + database) / Mebibyte));
        });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
