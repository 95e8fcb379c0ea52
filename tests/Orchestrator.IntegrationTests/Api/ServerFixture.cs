using Microsoft.AspNetCore.Builder;
using Orchestrator.Api.Bootstrap;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>One server for the tests of a class; each test takes a namespace of its own.</summary>
public sealed class ServerFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private TestServer? _server;
    private int _lastNamespace;

    public TestServer Server => _server ?? throw new InvalidOperationException("the server has not been started");

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(postgres, WithoutBelongings);

    /// <summary>Namespaces hold what the tests put there and nothing else: they count and watch ConfigMaps.</summary>
    private static void WithoutBelongings(WebApplicationBuilder builder) =>
        builder.Services.Remove(builder.Services.Single(s => s.ImplementationType == typeof(NamespaceBelongings)));

    /// <summary>Creates a namespace.</summary>
    public async Task<string> NamespaceAsync()
    {
        var name = $"test-{Interlocked.Increment(ref _lastNamespace)}";
        await Server.Kubectl().FeedAsync($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}", "create", "-f", "-");
        return name;
    }

    /// <summary>A kubectl that works in a namespace of its own.</summary>
    public async Task<NamespacedKubectl> NamespaceAsync(string? program) => new(Server.Kubectl(program), await NamespaceAsync());

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}

/// <summary>kubectl with <c>--namespace</c>.</summary>
public sealed class NamespacedKubectl(Kubectl kubectl, string ns)
{
    public Task<string> RunAsync(params string[] arguments) => kubectl.RunAsync(["--namespace", ns, .. arguments]);

    public Task<string> FeedAsync(string manifest, params string[] arguments) => kubectl.FeedAsync(manifest, ["--namespace", ns, .. arguments]);

    public Task<(int ExitCode, string Output, string Errors)> TryAsync(string? input, params string[] arguments) =>
        kubectl.TryAsync(input, ["--namespace", ns, .. arguments]);

    public System.Diagnostics.Process Start(params string[] arguments) => kubectl.Start(["--namespace", ns, .. arguments]);
}
