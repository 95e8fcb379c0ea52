using System.Globalization;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Feeds;
using Orchestrator.Agent.Nodes;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Runtimes.Simulated;

namespace Orchestrator.Agent.Hosting;

/// <summary>
/// Many nodes in one process: each with an agent's own parts, put together as for a real node, on a runtime that simulates. What is one in a real agent is one
/// for each node here; what nodes can share (the connection, logging, the clock) they share. There is no endpoint for logs and exec: nothing runs.
/// </summary>
/// <param name="options">The nodes.</param>
/// <param name="configuration">How to reach the API, as somebody who may act for all of the nodes.</param>
/// <param name="logs">Where agents log.</param>
/// <param name="time">Clock.</param>
public sealed class SimulatedFleet(SimulatedFleetOptions options, KubernetesClientConfiguration configuration, ILoggerFactory logs, TimeProvider time)
{
    private const int RequestsAtOnce = 64;
    private const int KubeletPort = 10250;
    private const string NodeIp = "127.0.0.1";

    // Agents that started at different times do not all renew at once.
    private static readonly TimeSpan StartSpread = TimeSpan.FromSeconds(10);

    /// <summary>Simulates the nodes until cancelled. What their pods were stays in the API; starting again begins anew.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var limit = new RequestLimit(RequestsAtOnce);
        using var client = new Kubernetes(configuration, limit);
        using var watching = new Kubernetes(configuration);
        await using var services = Services(client);
        var pods = new FleetPods();
        var scopes = new List<AsyncServiceScope>();
        try
        {
            for (var i = 0; i < options.Count; i++)
            {
                var scope = services.CreateAsyncScope();
                scopes.Add(scope);
                var seat = scope.ServiceProvider.GetRequiredService<NodeSeat>();
                seat.Number = options.First + i;
                seat.Options = OptionsOf(seat.Number);
                Directory.CreateDirectory(scope.ServiceProvider.GetRequiredService<NodeLayout>().Pods);
                Directory.CreateDirectory(scope.ServiceProvider.GetRequiredService<NodeLayout>().Logs);
                pods.Add(seat.Options.NodeName, scope.ServiceProvider.GetRequiredService<PodRegistry>());
            }

            var feed = new ObjectFeed<V1Pod>(ObjectSources.Pods(watching, "spec.nodeName!="), pods, time, logs.CreateLogger<PodFeed>()).RunAsync(stopping);
            foreach (var scope in scopes)
            {
                foreach (var part in Running(scope.ServiceProvider))
                {
                    await part.StartAsync(stopping);
                }

                await Task.Delay(StartSpread / options.Count, time, stopping);
            }

            await feed;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to end.
        }
        finally
        {
            await Task.WhenAll(scopes.Select(async scope =>
            {
                await Task.WhenAll(Running(scope.ServiceProvider).Select(part => part.StopAsync(CancellationToken.None)));
                await scope.DisposeAsync();
            }));
        }
    }

    private static IEnumerable<IHostedService> Running(IServiceProvider node) =>
    [
        node.GetRequiredService<EventRecorder>(), node.GetRequiredService<PodWorkers>(), node.GetRequiredService<RuntimeProbes>(),
        node.GetRequiredService<NodePublisher>(), node.GetRequiredService<LeaseRenewal>(),
    ];

    private ServiceProvider Services(IKubernetes client)
    {
        var parts = new ServiceCollection();
        parts.AddNodeParts(network: null);
        var services = new ServiceCollection();
        services.AddSingleton(client).AddSingleton(time).AddSingleton(logs).AddLogging();
        foreach (var part in parts.Where(p => p.ServiceType != typeof(IHostedService)))
        {
            services.Add(part.ImplementationInstance is not null ? part
                : part.ImplementationFactory is { } make ? new ServiceDescriptor(part.ServiceType, make, ServiceLifetime.Scoped)
                : new ServiceDescriptor(part.ServiceType, part.ImplementationType!, ServiceLifetime.Scoped));
        }

        // One for all: the handlers of RuntimeClasses are the same everywhere.
        services.AddSingleton<RuntimeClasses>();
        services.AddScoped<PodWorkers>().AddScoped<RuntimeProbes>().AddScoped<NodePublisher>().AddScoped<LeaseRenewal>();
        services.AddScoped<NodeSeat>();
        services.AddScoped(s => s.GetRequiredService<NodeSeat>().Options);
        services.AddScoped(s => new NodeLayout(s.GetRequiredService<AgentOptions>().RootDirectory));
        services.AddScoped(s => new NodeCapacity(options.Cpu, options.MemoryBytes, options.Pods, long.MaxValue / 1024, []));
        services.AddScoped<IReadOnlyList<IPodRuntime>>(s => [new SimulatedRuntime(options.Runtime, s.GetRequiredService<NodeSeat>().Number, time)]);
        return services.BuildServiceProvider();
    }

    private AgentOptions OptionsOf(int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{options.Prefix}-{number}");
        var labels = new Dictionary<string, string>(options.Labels, StringComparer.Ordinal)
        {
            ["topology.kubernetes.io/zone"] = string.Create(CultureInfo.InvariantCulture, $"zone-{number % options.Zones}"),
        };
        return new AgentOptions
        {
            NodeName = name,
            RootDirectory = Path.Combine(Path.GetFullPath(options.RootDirectory), name),
            NodeIp = NodeIp,
            Port = KubeletPort,
            NodeLabels = labels,
            MaxPods = options.Pods,
            LeaseRenewal = TimeSpan.FromSeconds(15),
            ObservationInterval = TimeSpan.FromSeconds(5),
            PublicationInterval = TimeSpan.FromMinutes(5),
            ResyncInterval = TimeSpan.FromMinutes(10),
        };
    }

    /// <summary>Which node a scope is of.</summary>
    private sealed class NodeSeat
    {
        public int Number { get; set; }

        public AgentOptions Options { get; set; } = null!;
    }
}
