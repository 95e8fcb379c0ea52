using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Ports;
using Orchestrator.IntegrationTests.Api;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Controllers;

/// <summary>A server with three nodes that run what they are told; each test takes a namespace of its own.</summary>
public sealed class ControllerFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private TestServer? _server;
    private RunningNodes? _nodes;
    private int _lastNamespace;

    public TestServer Server => _server ?? throw new InvalidOperationException("the server has not been started");

    public IObjectStore Store => Server.Services.GetRequiredService<IObjectStore>();

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(postgres);
        INodeHeartbeats heartbeats = _server.Services.GetRequiredService<INodeHeartbeats>();
        _nodes = await RunningNodes.StartAsync(
            Store, ["node-a", "node-b", "node-c"], name => heartbeats.RenewedAsync(name, TimeProvider.System.GetUtcNow(), CancellationToken.None));
    }

    /// <summary>A kubectl that works in a namespace of its own.</summary>
    public async Task<NamespacedKubectl> NamespaceAsync(string? program = null)
    {
        string name = $"test-{Interlocked.Increment(ref _lastNamespace)}";
        await Server.Kubectl().RunAsync("create", "namespace", name);
        return new NamespacedKubectl(Server.Kubectl(program), name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
