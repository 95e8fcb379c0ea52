using Orchestrator.Load.Measuring;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary>Consistent lists of many pods, whole and in pages, by one client.</summary>
internal sealed class ListScenario : IMeasure
{
    private readonly SharedServer _server = new();
    private int _pods;

    public string Unit => "lists";

    public async Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel)
    {
        var server = await _server.GetAsync(cancel);
        await Population.CreatePodsAsync(server, _pods, spec.Count, [], cancel);
        _pods = Math.Max(_pods, spec.Count);
        var connection = await server.ConnectAsync(cancel);
        var request = ApiConnection.Get(spec.Operation == "page" ? "/api/v1/pods?limit=500" : "/api/v1/pods");
        var meter = SharedServer.Meter(server);
        return new MeasuredCase((round, _) => ClosedLoop.RunAsync(1, round.Duration, async _ => await connection.SendAsync(request, expected: 200), meter))
        {
            Release = () => ServerProcess.Close([connection]),
        };
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
