using System.Net;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Testing;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Cluster;

/// <summary>One server, and the credentials of a node of it.</summary>
public sealed class ClusterFixture(PostgresFixture postgres) : IAsyncLifetime
{
    public const string NodeName = "n1";

    private readonly TemporaryDirectory _directory = new();
    private TestServer? _server;

    public TestServer Server => _server ?? throw new InvalidOperationException("not started");

    public Kubectl Admin => Server.Kubectl();

    public Kubectl Node => new(NodeFile("kubeconfig"));

    public string NodeFile(string name) => Path.Combine(_directory.Path, NodeName, name);

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(postgres);
        NodeCredentials.Issue(
            _server.DataDirectory, NodeName, IPAddress.Loopback, _server.Address, Path.Combine(_directory.Path, NodeName), TimeProvider.System);
        await Eventually.TrueAsync(async () =>
        {
            using HttpClient http = _server.Http();
            return (await http.GetAsync(new Uri("/readyz", UriKind.Relative))).IsSuccessStatusCode;
        }, "readiness of the server");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _directory.Dispose();
    }
}
