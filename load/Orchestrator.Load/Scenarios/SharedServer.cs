using Orchestrator.Load.Measuring;
using Orchestrator.Load.Servers;

namespace Orchestrator.Load.Scenarios;

/// <summary>A server that the cases of a scenario share; started when the first needs it.</summary>
internal sealed class SharedServer : IAsyncDisposable
{
    private ServerProcess? _server;

    public async Task<ServerProcess> GetAsync(CancellationToken cancel) => _server ??= await ServerProcess.StartAsync(cancel);

    /// <summary>Measures the server, and further processes.</summary>
    public static ComponentMeter Meter(ServerProcess server, params IEnumerable<Component> others) => new([.. server.Components, .. others]);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
