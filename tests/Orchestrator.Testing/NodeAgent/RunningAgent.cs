using k8s;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent;
using Orchestrator.Agent.Hosting;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Testing.NodeAgent;

/// <summary>A node agent in this process, without its endpoint. Disposing of it is as abrupt as the host allows; its pods stay.</summary>
public sealed class RunningAgent : IAsyncDisposable
{
    private readonly IHost _host;

    private RunningAgent(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public static async Task<RunningAgent> StartAsync(string node, string rootDirectory, IKubernetes client, params IPodRuntime[] runtimes)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddLogging(logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning));
        builder.Services.AddNodeAgent(
            new AgentOptions
            {
                NodeName = node,
                RootDirectory = rootDirectory,
                NodeIp = "127.0.0.1",
                Port = 10250,
                ObservationInterval = TimeSpan.FromMilliseconds(200),
                PublicationInterval = TimeSpan.FromSeconds(1),
            },
            client,
            _ => runtimes);
        var host = builder.Build();
        await host.StartAsync();
        return new RunningAgent(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
