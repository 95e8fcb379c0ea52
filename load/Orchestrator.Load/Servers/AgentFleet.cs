using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Scenarios;

namespace Orchestrator.Load.Servers;

/// <summary>
/// The nodes of a scenario with their agents: <c>orchestrator agent simulate</c>, a process for each class of nodes, and one for those of each that are to be
/// lost. All that a real agent does, it does; pods run nowhere.
/// </summary>
internal sealed class AgentFleet : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-agents-");
    private readonly List<ProgramProcess> _kept = [];
    private readonly List<ProgramProcess> _doomed = [];

    private AgentFleet()
    {
    }

    public IEnumerable<Component> Components => _kept.Concat(_doomed).Select(p => p.Component);

    /// <summary>Starts them and waits until all nodes are ready.</summary>
    /// <param name="server">Where they register.</param>
    /// <param name="classes">The nodes.</param>
    /// <param name="faults">Which are to be lost, and which are slow.</param>
    /// <param name="cancel">Cancellation.</param>
    public static async Task<AgentFleet> StartAsync(ServerProcess server, IReadOnlyList<NodeClass> classes, IReadOnlyList<Fault> faults, CancellationToken cancel)
    {
        var fleet = new AgentFleet();
        try
        {
            var lost = faults.Where(f => f.Kind == "loseNodes").Sum(f => f.Share);
            var slow = faults.FirstOrDefault(f => f.Kind == "slowAgents");
            foreach (var nodes in classes)
            {
                // The parts follow each other: those that stay, those that are slow, those that are lost.
                var gone = (int)Math.Round(nodes.Count * Math.Min(1, lost));
                var late = slow is null ? 0 : Math.Min(nodes.Count - gone, (int)Math.Round(nodes.Count * Math.Min(1, slow.Share)));
                fleet.Start(fleet._kept, server, nodes, 0, nodes.Count - gone - late, TimeSpan.Zero);
                fleet.Start(fleet._kept, server, nodes, nodes.Count - gone - late, late, slow?.Delay ?? TimeSpan.Zero);
                fleet.Start(fleet._doomed, server, nodes, nodes.Count - gone, gone, TimeSpan.Zero);
            }

            await fleet.ReadyAsync(server, classes.Sum(c => c.Count), cancel);
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>The nodes that are to be lost are gone from one moment to the next.</summary>
    public Task LoseAsync() => Task.WhenAll(_doomed.Select(p => p.KillAsync()));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_kept.Concat(_doomed).Select(p => p.DisposeAsync().AsTask()));
        _directory.Delete(recursive: true);
    }

    private void Start(List<ProgramProcess> processes, ServerProcess server, NodeClass nodes, int first, int count, TimeSpan startDelay)
    {
        if (count == 0)
        {
            return;
        }

        var labels = string.Join(',', nodes.Labels.Select(l => $"{l.Key}={l.Value}"));
        processes.Add(new ProgramProcess(
            processes == _doomed ? "agents (lost)" : "agents",
            "agent", "simulate",
            "--kubeconfig", Path.Combine(server.DataDirectory, "admin.kubeconfig"),
            "--root-dir", _directory.FullName,
            "--prefix", nodes.Name,
            "--first", Text(first),
            "--nodes", Text(count),
            "--zones", Text(nodes.Zones),
            "--cpu", nodes.Capacity["cpu"],
            "--memory", nodes.Capacity["memory"],
            "--pods", nodes.Capacity["pods"],
            "--runtimes", string.Join(',', nodes.Runtimes),
            "--start-delay", Text((int)startDelay.TotalMilliseconds) + "ms",
            "--node-labels", labels));
    }

    private async Task ReadyAsync(ServerProcess server, int nodes, CancellationToken cancel)
    {
        using var connection = await server.ConnectAsync(cancel);
        var started = Stopwatch.GetTimestamp();
        int ready;
        while ((ready = await CountReadyAsync(connection)) < nodes)
        {
            _kept.Concat(_doomed).ToList().ForEach(p => p.RequireRunning());
            if (Stopwatch.GetElapsedTime(started) > ReadyLimit)
            {
                throw new LoadException($"{ready} of {nodes} simulated nodes were ready within {ReadyLimit}");
            }

            await Task.Delay(Poll, cancel);
        }
    }

    private static async Task<int> CountReadyAsync(ApiConnection connection)
    {
        using var list = JsonDocument.Parse(await connection.SendAsync(ApiConnection.Get("/api/v1/nodes"), expected: 200));
        return list.RootElement.GetProperty("items").EnumerateArray().Count(node =>
            node.TryGetProperty("status", out var status) && status.TryGetProperty("conditions", out var conditions)
            && conditions.EnumerateArray().Any(c => c.GetProperty("type").ValueEquals("Ready") && c.GetProperty("status").ValueEquals("True")));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
