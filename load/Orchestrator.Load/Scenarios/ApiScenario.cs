using Orchestrator.Load.Measuring;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary>ConfigMap creates and gets per second through a server in a process of its own, over TLS with client certificates, one connection per client.</summary>
internal sealed class ApiScenario : IMeasure
{
    private const string Collection = "/api/v1/namespaces/default/configmaps";
    private const int GetTargets = 1000;

    private readonly SharedServer _server = new();
    private int _next;
    private bool _isFilled;

    public string Unit => "requests";

    public async Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel)
    {
        var server = await _server.GetAsync(cancel);
        var connections = await server.ConnectAsync(spec.Clients, cancel);
        var value = new string('x', spec.ValueBytes);
        for (var i = 0; i < GetTargets && !_isFilled; i++)
        {
            await CreateAsync(connections[0], $"target-{i}", value);
        }

        _isFilled = true;
        var meter = SharedServer.Meter(server);
        Func<int, ValueTask> operation = spec.Operation == "create"
            ? worker => CreateAsync(connections[worker], $"load-{Interlocked.Increment(ref _next)}", value)
            : worker => GetAsync(connections[worker], $"target-{Interlocked.Increment(ref _next) % GetTargets}");
        return new MeasuredCase((round, _) => ClosedLoop.RunAsync(spec.Clients, round.Duration, operation, meter))
        {
            Release = () => ServerProcess.Close(connections),
        };
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    internal static async ValueTask CreateAsync(ApiConnection client, string name, string value) => await client.SendAsync(
        ApiConnection.Post(
            Collection,
            $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","labels":{"load":"api"}},"data":{"value":"{{{value}}}"}}"""),
        expected: 201);

    internal static async ValueTask GetAsync(ApiConnection client, string name) =>
        await client.SendAsync(ApiConnection.Get($"{Collection}/{name}"), expected: 200);
}
